import type { MergePlan } from '../merge/index.ts';
import { catchProbability } from '../verify/index.ts';
import type { Interval, SpotFinding, SpotPlan, SpotSummary } from '../verify/index.ts';

/** What a spot check's word means, and what it does not; of a model so small that windows are all of it, too. */
export function meaningText({ finding, coverage }: SpotSummary): string {
	const all = coverage.bytes >= coverage.ofBytes;
	const rest =
		finding === 'agrees' || finding === 'consistent'
			? all
				? ' The windows were all of this small model; a full check holds every bit against the recipe.'
				: ' It is a sample: the rest was not looked at.'
			: '';
	return `${MEANINGS[finding]}${rest}`;
}

const MEANINGS: Readonly<Record<SpotSummary['finding'], string>> = {
	agrees: 'Nothing that was read contradicts the recipe.',
	consistent:
		'Every element that was read is one that some choice of the method’s random or tied elements gives.',
	close: 'What was read differs from the recipe by less than can be told from rounding.',
	undecidable: 'What was read cannot tell: the table says why for each tensor.',
	different: 'What was read does not follow from these parents by this recipe.',
	incomplete: 'Not every tensor of the merge has a counterpart that could be compared.',
};

const ALTERED = { share: 1e-5, spread: 'random' } as const;
const RUN = { share: 0.01, spread: 'run' } as const;

/** How likely a spot check was to meet what is supposed to have been altered, in a sentence or two. */
export function caughtText(plan: MergePlan, spot: SpotPlan): string {
	if (spot.totals.elements >= spot.totals.ofElements)
		return 'The windows were all of this small model: whatever was altered, they met it. It is noticed where it was moved further than rounding explains and the tensor is decidable.';
	const [random, run] = [ALTERED, RUN].map((what) =>
		probabilityText(catchProbability(plan, spot, what)),
	);
	return `Had one element in 100\u202f000 been altered, anywhere, the windows would have met at least one with a probability of ${random ?? ''}; had it been neighbours in one tensor, as many as 1 % of the model, with ${run ?? ''}. What they meet is noticed where it was moved further than rounding explains and the tensor is decidable.`;
}

/** A probability in percent that says neither 0 nor 100 unless it is so to the reader. */
export function probabilityText(probability: number): string {
	if (probability <= 0) return '0 %';
	const percent = probability * 100;
	if (percent > 99.99) return 'more than 99.99 %';
	if (percent < 0.01) return 'less than 0.01 %';
	if (percent > 99) return `${(Math.floor(percent * 100) / 100).toFixed(2)} %`;
	return `${percent.toPrecision(2)} %`;
}

/** Both ends of a range with as many digits as its width makes sense of, rounded outwards. */
export function intervalText([low, high]: Interval): string {
	const width = high - low;
	const digits = width > 0 ? Math.min(7, Math.max(2, 2 - Math.floor(Math.log10(width)))) : 7;
	const unit = 10 ** digits;
	const from = (Math.floor(low * unit) / unit).toFixed(digits);
	const to = (Math.ceil(high * unit) / unit).toFixed(digits);
	return from === to ? from : `${from} to ${to}`;
}

/** Angles in radians as a range of degrees. */
export function anglesText([low, high]: Interval): string {
	const degrees = 180 / Math.PI;
	return `${intervalText([low * degrees, high * degrees])}°`;
}

/** A tensor's finding in one line, as the strip's cells say it. */
export function stripText({ name, claimed, found, finding }: SpotFinding): string {
	const t = claimed === null ? '' : `, t claimed ${String(Number(claimed.toFixed(6)))}`;
	const range = found === null ? '' : `, found ${intervalText(found)}`;
	return `${name}: ${finding}${t}${range}`;
}

/** By which other semantics a recipe would be contradicted; null where there is nothing to say. */
export function semanticsText(plan: MergePlan, contradicted: readonly string[]): string | null {
	const others = contradicted.filter((name) => name !== plan.semantics);
	if (others.length === 0) return null;
	const names = listText(others);
	return contradicted.includes(plan.semantics)
		? `The numbers of mergekit ${names} were tried as well, and contradict it, too.`
		: `It was made as mergekit ${plan.semantics} makes it: by the numbers of ${names} it would be contradicted.`;
}

function listText(names: readonly string[]): string {
	const last = names.at(-1) ?? '';
	return names.length < 2 ? last : `${names.slice(0, -1).join(', ')} and ${last}`;
}
