import type { MergePlan } from '../merge/index.ts';
import { catchProbability } from '../verify/index.ts';
import type { Interval, SpotFinding, SpotPlan, SpotSummary } from '../verify/index.ts';

/** What a spot check's word means, and what it does not. */
export const SPOT_MEANINGS: Readonly<Record<SpotSummary['finding'], string>> = {
	agrees:
		'Nothing that was read contradicts the recipe. It is a sample: the rest was not looked at.',
	consistent:
		'Every element that was read is one that some choice of the method’s random or tied elements gives. It is a sample: the rest was not looked at.',
	close: 'What was read differs from the recipe by less than can be told from rounding.',
	undecidable: 'What was read cannot tell: the table says why for each tensor.',
	different: 'What was read does not follow from these parents by this recipe.',
	incomplete: 'Not every tensor of the merge has a counterpart that could be compared.',
};

const ALTERED = { share: 1e-5, spread: 'random' } as const;
const RUN = { share: 0.01, spread: 'run' } as const;

/** How likely a spot check was to meet what is supposed to have been altered, in a sentence or two. */
export function caughtText(plan: MergePlan, spot: SpotPlan): string {
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
