import type { MergePlan } from '../../merge/index.ts';
import { countText } from './texts.ts';
import type { SpotCause, SpotFinding, SpotFindingWord, SpotPlan } from './types.ts';

/** What a spot check read, of what there is. */
export interface SpotCoverage {
	readonly tensors: number;
	readonly ofTensors: number;
	readonly elements: number;
	readonly ofElements: number;
	readonly bytes: number;
	readonly ofBytes: number;
}

/** A spot check's answer for a whole model. */
export interface SpotSummary {
	/** `incomplete`: not every tensor has a published counterpart and a finding, and none contradicts. */
	readonly finding: SpotFindingWord | 'incomplete';
	/** What an answer begins with: what was found, and on how little. */
	readonly sentence: string;
	readonly coverage: SpotCoverage;
	/** Classes of causes with the tensors that have them, most of them first. */
	readonly causes: readonly { readonly cause: SpotCause; readonly tensors: readonly string[] }[];
}

/**
 * Puts a spot check's findings together. A contradiction in one tensor is one of the model; nothing
 * that a sample shows is called more than the absence of contradictions.
 */
export function summarizeSpot(
	plan: MergePlan,
	findings: readonly SpotFinding[],
	spot: SpotPlan,
): SpotSummary {
	const coverage = coverageOf(plan, findings, spot);
	const finding = wordOf(findings, coverage);
	const sentence = [
		answer(plan, findings, coverage),
		...averages(findings),
		...missing(coverage),
	].join(' ');
	return { finding, sentence, coverage, causes: causesOf(findings) };
}

function coverageOf(
	plan: MergePlan,
	findings: readonly SpotFinding[],
	spot: SpotPlan,
): SpotCoverage {
	const checked = new Set(findings.map(({ index }) => index));
	const windows = spot.windows.filter(({ index }) => checked.has(index));
	const ranges = windows.flatMap((window) => [...window.ranges, window.published]);
	return {
		tensors: windows.length,
		ofTensors: plan.tensors.length,
		elements: windows.reduce((sum, { elements }) => sum + elements, 0),
		ofElements: spot.totals.ofElements,
		bytes: ranges.reduce((sum, { start, end }) => sum + end - start, 0),
		ofBytes: spot.totals.ofBytes,
	};
}

function count(findings: readonly SpotFinding[], ...words: readonly SpotFindingWord[]): number {
	return findings.filter(({ finding }) => words.includes(finding)).length;
}

function wordOf(
	findings: readonly SpotFinding[],
	{ tensors, ofTensors }: SpotCoverage,
): SpotSummary['finding'] {
	if (count(findings, 'different') > 0) return 'different';
	if (tensors < ofTensors || findings.length === 0) return 'incomplete';
	if (count(findings, 'undecidable') === findings.length) return 'undecidable';
	if (count(findings, 'consistent') > 0) return 'consistent';
	return count(findings, 'close') > 0 ? 'close' : 'agrees';
}

/** `No contradiction: t as claimed in 280 of 291 tensors, 11 not decidable; 0.4 % read.` */
function answer(
	plan: MergePlan,
	findings: readonly SpotFinding[],
	{ tensors, bytes, ofBytes }: SpotCoverage,
): string {
	if (tensors === 0) return 'Nothing was compared.';
	const read = `${shareText(bytes, ofBytes)} read`;
	const different = findings.filter(({ finding }) => finding === 'different');
	if (different.length > 0) {
		const [first] = different;
		const where = different.length === 1 && first !== undefined ? ` (${first.name})` : '';
		return `Contradiction in ${ofText(different.length, tensors)}${where}${causeText(different)}; ${read}.`;
	}
	const decided = [
		part(count(findings, 'agrees'), plan.method === 'slerp' ? 't as claimed in' : 'as claimed in'),
		part(count(findings, 'close'), 'close to it in'),
		part(count(findings, 'consistent'), 'every checked element possible in'),
	].filter((text) => text !== null);
	const [head, ...more] = decided;
	const undecidable = count(findings, 'undecidable');
	if (head === undefined) return `Not decidable in any of ${tensorsText(tensors)}; ${read}.`;
	const first = `${head} of ${tensorsText(tensors)}`;
	const rest = undecidable > 0 ? [`${countText(undecidable)} not decidable`] : [];
	return `No contradiction: ${[first, ...more, ...rest].join(', ')}; ${read}.`;
}

function part(tensors: number, said: string): string | null {
	return tensors === 0 ? null : `${said} ${countText(tensors)}`;
}

function tensorsText(tensors: number): string {
	return `${countText(tensors)} ${tensors === 1 ? 'tensor' : 'tensors'}`;
}

function ofText(part: number, whole: number): string {
	return `${countText(part)} of ${tensorsText(whole)}`;
}

/** What a reader understands by a class of causes. */
const CAUSES: Readonly<Record<SpotCause, string>> = {
	'another-t': 'another t',
	swapped: 'the parents changed places, or t and 1 − t did',
	'other-weights': 'other weights',
	'altered-elements': 'single elements altered',
	'another-dtype': 'rounded to another dtype on the way',
	'another-method': 'made of these parents in another way',
	unexplained: 'another parent or revision, another method, or a change afterwards',
};

function causeText(different: readonly SpotFinding[]): string {
	const [first, second] = causesOf(different);
	if (first === undefined) return '';
	return second === undefined ? `: ${CAUSES[first.cause]}` : `, mostly ${CAUSES[first.cause]}`;
}

function causesOf(findings: readonly SpotFinding[]): SpotSummary['causes'] {
	const tensors = new Map<SpotCause, string[]>();
	for (const { cause, name } of findings) {
		if (cause === null) continue;
		const names = tensors.get(cause);
		if (names === undefined) tensors.set(cause, [name]);
		else names.push(name);
	}
	return [...tensors]
		.map(([cause, names]) => ({ cause, tensors: names }))
		.toSorted((a, b) => b.tensors.length - a.tensors.length);
}

/** A slerp in name: the branch for almost parallel tensors is a plain average. */
function averages(findings: readonly SpotFinding[]): string[] {
	const slerps = findings.filter(({ method, claimed }) => method === 'slerp' && claimed !== null);
	const agreeing = slerps.filter(({ finding }) => finding === 'agrees');
	const linear = agreeing.filter(({ branch }) => branch === 'linear').length;
	if (linear === 0) return [];
	return [`SLERP in name: ${ofText(linear, slerps.length)} were plain averages.`];
}

function missing({ tensors, ofTensors }: SpotCoverage): string[] {
	const rest = ofTensors - tensors;
	if (rest === 0 || tensors === 0) return [];
	return [`${tensorsText(rest)} could not be compared.`];
}

/** A share in percent with one digit that counts below 10 %; what is not all never reads as 100 %. */
function shareText(part: number, whole: number): string {
	if (part >= whole) return 'all';
	const percent = (100 * part) / whole;
	if (percent >= 10) return `${Math.floor(percent)} %`;
	return percent < 0.1 ? 'less than 0.1 %' : `${(Math.floor(percent * 10) / 10).toFixed(1)} %`;
}
