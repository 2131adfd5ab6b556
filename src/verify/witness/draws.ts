import type { Kernels, KnownDraw, TaskVectorFormula } from '../../kernels/index.ts';
import type { MergePlan, PlannedTensor } from '../../merge/index.ts';
import { floatSample, inputValues } from '../spot/context.ts';
import { boundsOf, rounder } from '../floats.ts';
import { Choices, factorsOf, MOST_TERMS } from '../spot/terms.ts';
import type { SpotRange, SpotWindow, WindowBytes } from '../spot/types.ts';
import { DTYPE_BITS } from '../../tensors/index.ts';

/** Draws that follow from a stream's seeding alone, which makes them cheap to search by. */
export const FIRST_DRAWS = 227;

/** Certain draws that tell one seed from 2^32: twice as many bits as it has, and some to spare. */
export const ENOUGH_DRAWS = 48;

/** Where the first draws of a run's stream were used: a window at the start of one tensor. */
export interface FirstDraws {
	readonly window: SpotWindow;
	readonly tensor: PlannedTensor;
	readonly operation: TaskVectorFormula;
	/** Which of the operation's terms they decide on. */
	readonly term: number;
}

/**
 * Where the first draws of an unrecorded seed show: in the first elements of the first model's change in
 * the tensor that comes first in the stream. Null where the plan draws nothing, or not element by element
 * (della), or the tensor was not published.
 */
export function firstDraws(plan: MergePlan): FirstDraws | null {
	for (const [index, tensor] of plan.tensors.entries()) {
		const { operation, published } = tensor;
		if (operation.kind !== 'task-vectors' || operation.select !== 'random') continue;
		if (tensor.draws?.some(({ start }) => start === 0) !== true || published === null) continue;
		const term = operation.terms.findIndex(({ draws }) => draws !== null);
		const elements = Math.min(FIRST_DRAWS, tensor.elements);
		const part = ({ model, file, dtype, start }: PlannedTensor['inputs'][number]): SpotRange => ({
			model,
			file,
			start,
			end: start + (elements * DTYPE_BITS[dtype]) / 8,
		});
		if (term < 0 || operation.terms.length > MOST_TERMS) return null;
		const ranges = tensor.inputs.map(part);
		const window = { index, start: 0, elements, ranges, published: part(published) };
		return { window, tensor, operation, term };
	}
	return null;
}

/**
 * What the published elements say of the first draws: those of which every choice of kept and dropped
 * changes that gives the element says the same. Null where no choice gives some element, which is then
 * not of this recipe.
 */
export function knownDraws(
	kernels: Kernels,
	{ window, tensor, operation, term }: FirstDraws,
	bytes: WindowBytes,
): KnownDraw[] | null {
	const sample = floatSample({ kernels, tensor, window, bytes });
	if (sample === null) return null;
	const base = inputValues(sample, 0);
	const models = operation.terms.map((_, i) => inputValues(sample, i + 1));
	const { low, high } = boundsOf(bytes.published, sample.dtype);
	const choices = new Choices(operation, factorsOf(operation, 'nominal'));
	const limit = limitOf(operation, term);
	const known: KnownDraw[] = [];
	for (let place = 0; place < window.elements; place++) {
		const values = models.map((model) => model[place] ?? NaN);
		const ends = [low[place] ?? NaN, high[place] ?? NaN] as const;
		let [keeps, drops] = [false, false];
		for (const mask of choices.masks(base[place] ?? NaN, values, ...ends))
			if ((mask >> term) & 1) keeps = true;
			else drops = true;
		if (!keeps && !drops) return null;
		if (keeps !== drops) known.push({ place, limit, kept: keeps });
	}
	return known;
}

/** The number below which a draw is kept: mergekit's density is rounded to the weights' bf16. */
function limitOf({ terms, work }: TaskVectorFormula, term: number): number {
	const density = Math.fround(terms[term]?.density ?? 1);
	return Math.ceil((work === 'BF16' ? rounder('BF16')(density) : density) * 2 ** 24);
}
