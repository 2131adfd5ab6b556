import { DTYPE_BITS } from '../tensors/index.ts';
import { pathText, type Problem } from './problems.ts';
import type { Receipt, ReceiptTensor } from './receiptSchema.ts';
import { floatOf } from './values.ts';

type Predicate = Receipt['predicate'];

/** Largest distances that the bins of a histogram count. */
const BINS = [0, 1, 2, 4, 8, 16, 2 ** 32 - 1] as const;

const HINT =
	'The numbers of a receipt follow from one another: this one was edited, or written by something else than Remelt.';

/** Takes down what does not add up. `path` is the place, `message` a whole sentence. */
type Note = (path: readonly (string | number)[], message: string) => void;

/** Where a receipt's counts contradict one another; empty where they add up. */
export function checkArithmetic({ predicate, subject }: Receipt): readonly Problem[] {
	const problems: Problem[] = [];
	const note: Note = (path, message) => {
		problems.push({ path: pathText(path), message, hint: HINT });
	};
	const seen = new Set<string>();
	predicate.tensors.forEach((tensor, index) => {
		const at: Note = (path, message) => {
			note(['predicate', 'tensors', index, ...path], `${tensor.name}: ${message}`);
		};
		if (seen.has(tensor.name)) at(['name'], 'there are two tensors of this name.');
		seen.add(tensor.name);
		checkCounts(tensor, at);
		checkHistogram(tensor, at);
		checkIntervals(tensor, at);
	});
	checkCoverage(predicate, note);
	checkDefinition(predicate, subject, note);
	return problems;
}

/** Elements of a tensor. */
export function elementsOf({ shape }: ReceiptTensor): bigint {
	return shape.reduce((product, size) => product * BigInt(size), 1n);
}

function checkCounts(tensor: ReceiptTensor, note: Note): void {
	const { checked, mismatch, maxUlp, signOfZero, worst, histogram } = tensor;
	const elements = elementsOf(tensor);
	if (BigInt(checked) > elements)
		note(['checked'], `${checked} elements were checked of ${elements}.`);
	if (mismatch === null) {
		for (const [key, value] of Object.entries({ maxUlp, signOfZero, worst, histogram }))
			if (value !== null) note([key], 'it is there, and mismatch is not.');
		return;
	}
	if (BigInt(mismatch) > BigInt(checked))
		note(['mismatch'], `${mismatch} elements differ of ${checked} that were checked.`);
	const differs = mismatch !== '0';
	if (maxUlp === null || maxUlp > 0 !== differs)
		note(
			['maxUlp'],
			`the largest distance is ${String(maxUlp)} where ${mismatch} elements differ.`,
		);
	if (worst !== null && (!differs || BigInt(worst) >= elements))
		note(['worst'], `element ${worst} cannot be the one furthest away.`);
	if (signOfZero !== null && BigInt(signOfZero) + BigInt(mismatch) > BigInt(checked))
		note(
			['signOfZero'],
			'more zeros differ in their signs than there are elements of equal value.',
		);
}

function checkHistogram({ histogram, checked, mismatch, maxUlp }: ReceiptTensor, note: Note): void {
	if (histogram === null || mismatch === null || maxUlp === null) return;
	const counts = histogram.map(BigInt);
	const sum = counts.reduce((total, one) => total + one, 0n);
	if (sum !== BigInt(checked))
		note(['histogram'], `its counts sum to ${sum}, and ${checked} elements were checked.`);
	const differing = sum - (counts[0] ?? 0n);
	if (differing !== BigInt(mismatch))
		note(['histogram'], `${differing} of its elements differ, and mismatch is ${mismatch}.`);
	const last = counts.findLastIndex((one) => one > 0n);
	const bin = BINS.findIndex((most) => maxUlp <= most);
	if (sum > 0n && last !== bin)
		note(['histogram'], `its last bin in use does not hold the largest distance, ${maxUlp}.`);
}

function checkIntervals({ claimed, found, theta, finding }: ReceiptTensor, note: Note): void {
	const ends = { found, theta };
	for (const [key, interval] of Object.entries(ends)) {
		if (interval === null) continue;
		const [least, most] = interval.map(floatOf);
		if (least === undefined || most === undefined || !(least <= most))
			note([key], 'its ends are not in order.');
	}
	if (finding !== 'agrees' || claimed === null || found === null) return;
	const [least, most] = found.map(floatOf);
	const t = floatOf(claimed);
	if (least === undefined || most === undefined || !(least <= t && t <= most))
		note(['found'], `it agrees, and t = ${t} is outside of what was found.`);
}

function checkCoverage({ tensors, coverage, level }: Predicate, note: Note): void {
	const at = (key: string): string[] => ['predicate', 'coverage', key];
	// Headers cover the tensors that are there as they should be.
	const covered = tensors.filter(({ finding }) =>
		level === 'headers' ? finding === 'fits' : finding !== 'incomplete',
	);
	if (coverage.tensors !== covered.length)
		note(
			at('tensors'),
			`${coverage.tensors} tensors are covered, and ${covered.length} listed so.`,
		);
	if (level === 'tensor' ? coverage.of < tensors.length : coverage.of !== tensors.length)
		note(at('of'), `The merge has ${coverage.of} tensors, and ${tensors.length} are listed.`);
	const bytes = sumOf(tensors, ({ checked }) => BigInt(checked));
	if (BigInt(coverage.bytes) !== bytes)
		note(at('bytes'), `${coverage.bytes} bytes are covered; the tensors’ come to ${bytes}.`);
	const all = sumOf(tensors, elementsOf);
	const ofBytes = BigInt(coverage.ofBytes);
	if (level === 'tensor' ? ofBytes < all : ofBytes !== all)
		note(at('ofBytes'), `The merge has ${ofBytes} bytes; the tensors’ come to ${all}.`);
}

function sumOf(
	tensors: readonly ReceiptTensor[],
	elements: (tensor: ReceiptTensor) => bigint,
): bigint {
	return tensors.reduce(
		(sum, tensor) => sum + (elements(tensor) * BigInt(DTYPE_BITS[tensor.dtype]) + 7n) / 8n,
		0n,
	);
}

/** What stands twice in a receipt has to be the same in both places. */
function checkDefinition(
	{ definition, semantics, tensors, level, sampleSeed }: Predicate,
	subject: Receipt['subject'],
	note: Note,
): void {
	const { lock, recipe, methods } = definition;
	const at = (...keys: string[]): string[] => ['predicate', 'definition', ...keys];
	if (recipe.sha256 !== lock.recipe.sha256)
		note(at('recipe', 'sha256'), 'The recipe’s digest is not the one in the lock.');
	if (semantics !== lock.semantics)
		note(
			['predicate', 'semantics'],
			`The semantics are ${semantics}, and ${lock.semantics} in the lock.`,
		);
	const unnamed = tensors.find(({ method }) => !methods.includes(method));
	if (unnamed !== undefined)
		note(at('methods'), `${unnamed.method}, which made ${unnamed.name}, is not among the methods.`);
	if (sampleSeed !== null && level !== 'spot')
		note(['predicate', 'sampleSeed'], `Nothing is sampled at the level ${level}.`);
	const files = Object.entries(lock.published?.files ?? {});
	const same = ([name, file]: (typeof files)[number], index: number): boolean => {
		const { digest, annotations, name: found } = subject[index] ?? {};
		if (found !== name || annotations?.size !== String(file.size)) return false;
		return digest?.sha256 === file.sha256 && annotations.digest === file.from;
	};
	if (subject.length !== files.length || !files.every(same))
		note(['subject'], 'The subjects are not the published files of the lock.');
}
