import { decimalsOf } from '../card/index.ts';
import type { Card, CardScore } from '../card/index.ts';
import type { Finding } from '../errors/index.ts';
import { benchmarkKey, findBenchmark, isAverage } from '../evals/index.ts';

const PLACES = { 'front-matter': 'the front matter', table: 'a table', list: 'a list' } as const;

/** Scores of one model that were reported together, with the average that stands among them. */
interface Group {
	readonly average: CardScore | null;
	readonly terms: readonly CardScore[];
}

/** What a card's scores say of each other: contradictions, averages that are none, gaps. */
export function checkScores(card: Card): Finding[] {
	const groups = groupScores(card.scores);
	const gaps = findGaps(card);
	return [
		...findConflicts(card, groups),
		...groups.flatMap((group) => checkAverage(group, gaps.length > 0)),
		...gaps,
	];
}

function groupScores(scores: readonly CardScore[]): Group[] {
	const groups = Map.groupBy(
		scores,
		(score) => `${score.from} ${String(score.group)} ${score.model}`,
	);
	return [...groups.values()].map((members) => ({
		average: members.find((score) => isAverage(score.benchmark)) ?? null,
		terms: members.filter((score) => !isAverage(score.benchmark)),
	}));
}

/** Pairs of scores of one model and benchmark, from two places, that rounding does not explain. */
function findConflicts(card: Card, groups: readonly Group[]): Finding[] {
	const findings: Finding[] = [];
	const own = card.scores.filter((score) => score.model === card.id);
	for (const [i, first] of own.entries())
		for (const second of own.slice(i + 1)) {
			if (first.from === second.from && first.group === second.group) continue;
			if (!sameQuantity(first, second) || agree(first, second)) continue;
			findings.push(conflict(first, second, groups));
		}
	return findings;
}

function conflict(first: CardScore, second: CardScore, groups: readonly Group[]): Finding {
	const name = findBenchmark(first.benchmark)?.name ?? first.benchmark;
	const supported = [first, second].filter((score) => fitsAverage(score, groups));
	const [support] = supported;
	const evidence =
		support !== undefined && supported.length === 1
			? ` The average in ${PLACES[support.from]} fits ${support.text}.`
			: '';
	return {
		code: 'score-conflict',
		severity: 'warning',
		message: `${name} is ${first.text} in ${PLACES[first.from]} (line ${String(first.line)}) and ${second.text} in ${PLACES[second.from]} (line ${String(second.line)}).`,
		line: first.line,
		hint: `One of the two is wrong; both are shown as written.${evidence}`,
		details: {
			benchmark: benchmarkKey(first.benchmark),
			first: first.value,
			second: second.value,
			secondLine: second.line,
		},
	};
}

function fitsAverage(score: CardScore, groups: readonly Group[]): boolean {
	const group = groups.find((each) => each.terms.includes(score));
	return group?.average != null && isMean(group.average, group.terms);
}

function sameQuantity(first: CardScore, second: CardScore): boolean {
	if (benchmarkKey(first.benchmark) !== benchmarkKey(second.benchmark)) return false;
	return first.shots === second.shots || first.shots === null || second.shots === null;
}

/** Equal within the rounding of both, as they stand or as a fraction and a percentage. */
function agree(first: CardScore, second: CardScore): boolean {
	const slack = halfUnit(first.text) + halfUnit(second.text) + 1e-9;
	const difference = Math.abs(first.value - second.value);
	if (difference <= slack) return true;
	return [first.value / second.value, second.value / first.value].some(
		(ratio) => Math.abs(ratio - 100) < 0.1,
	);
}

/** Half of the last digit as written: what rounding can hide. */
function halfUnit(text: string): number {
	return 0.5 * 10 ** -decimalsOf(text);
}

function meanOf(terms: readonly CardScore[]): number {
	return terms.reduce((sum, term) => sum + term.value, 0) / terms.length;
}

/** Whether a stated average can be the mean of the terms before rounding. */
function isMean(average: CardScore, terms: readonly CardScore[]): boolean {
	const slack =
		halfUnit(average.text) +
		terms.reduce((sum, term) => sum + halfUnit(term.text), 0) / terms.length;
	return Math.abs(meanOf(terms) - average.value) <= slack + 1e-9;
}

function checkAverage({ average, terms }: Group, incomplete: boolean): Finding[] {
	if (average === null || terms.length < 2 || isMean(average, terms)) return [];
	const listed = terms.map((term) => `${term.benchmark} ${term.text}`).join(', ');
	const partial = incomplete && average.from === 'front-matter';
	return [
		{
			code: 'average-mismatch',
			severity: partial ? 'note' : 'warning',
			message: `The average of ${average.model} in ${PLACES[average.from]}, ${average.text}, is not the mean of the ${String(terms.length)} scores beside it, ${meanOf(terms).toFixed(2)} (${listed}).`,
			line: average.line,
			hint: partial
				? 'A benchmark that the average was taken over is missing here; see the other findings.'
				: 'A score may be missing or mistyped, or the average may be of other scores.',
			details: { average: average.value, mean: meanOf(terms), terms: terms.length },
		},
	];
}

/** Benchmarks that the body gives for this model and the front matter's results lack. */
function findGaps(card: Card): Finding[] {
	const own = card.scores.filter((score) => score.model === card.id && !isAverage(score.benchmark));
	const stated = new Set(
		own
			.filter((score) => score.from === 'front-matter')
			.map((each) => benchmarkKey(each.benchmark)),
	);
	if (stated.size === 0) return [];
	const gaps = own.filter(
		(score) => score.from !== 'front-matter' && !stated.has(benchmarkKey(score.benchmark)),
	);
	return gaps.map((gap) => ({
		code: 'score-not-in-front-matter',
		severity: 'note',
		message: `${gap.benchmark} ${gap.text} stands in ${PLACES[gap.from]} but not among the front matter's results.`,
		line: gap.line,
		hint: 'Leaderboards and the Hub read the front matter only.',
		details: { benchmark: benchmarkKey(gap.benchmark), value: gap.value },
	}));
}
