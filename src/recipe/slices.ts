import { shownModule } from './modules.ts';
import { levelsOf, matches, numericValues } from './parameters.ts';
import type { FilteredValue, RecipeContent, SliceLayer, SliceView } from './types.ts';

/**
 * A recipe's slices over the output layers: what each takes, and what it scales. Empty for `models:`. Of a
 * recipe with several modules, the first is shown.
 */
export function describeSlices(recipe: RecipeContent): SliceView[] {
	const taken = new Set<string>();
	let start = 0;
	return shownModule(recipe).slices.map(({ sources }, index) => {
		const [first] = sources;
		const [from, to] = first?.layerRange ?? [0, 0];
		const offset = start;
		const layers = Array.from({ length: Math.max(0, to - from) }, (_, k): SliceLayer => {
			const key = `${first?.model ?? ''} ${from + k}`;
			const repeated = taken.has(key);
			taken.add(key);
			return { output: offset + k, source: from + k, repeated };
		});
		start += layers.length;
		const scales = scalesOf(recipe, index);
		return {
			index,
			start: offset,
			end: start,
			sources: sources.map(({ model, layerRange }) => ({ model, range: layerRange })),
			layers,
			scales,
			identity: RESIDUAL.every((name) => scaleOf(name, scales) === 0),
		};
	});
}

/** The two projections through which a Llama-like layer adds to the residual stream. */
const RESIDUAL = ['self_attn.o_proj.weight', 'mlp.down_proj.weight'] as const;

/** All scale rules of a slice's first source that are numbers, in the order in which they are tried. */
function scalesOf(recipe: RecipeContent, slice: number): FilteredValue<number>[] {
	return levelsOf(recipe, { slice, source: 0 }).flatMap(([, parameters]) => {
		const setting = parameters['scale'];
		return setting === undefined ? [] : (numericValues(setting) ?? []);
	});
}

function scaleOf(
	tensor: string,
	scales: readonly FilteredValue<number>[],
): number | readonly number[] | null {
	return scales.find(({ filter }) => matches(filter, tensor))?.value ?? null;
}
