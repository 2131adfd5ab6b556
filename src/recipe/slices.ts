import { entriesOf, levelsOf, matches } from './parameters.ts';
import type { FilteredValue, RecipeContent, SliceLayer, SliceView } from './types.ts';

/** A recipe's slices over the output layers: what each takes, and what it scales. Empty for `models:`. */
export function describeSlices(recipe: RecipeContent): SliceView[] {
	const taken = new Set<string>();
	let start = 0;
	return recipe.slices.map(({ sources }, index) => {
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

/** All scale rules of a slice's first source, in the order in which they are tried. */
function scalesOf(recipe: RecipeContent, slice: number): FilteredValue[] {
	return levelsOf(recipe, { slice, source: 0 }).flatMap(([, parameters]) => {
		const setting = parameters['scale'];
		return setting === undefined ? [] : entriesOf(setting, 'scale');
	});
}

function scaleOf(
	tensor: string,
	scales: readonly FilteredValue[],
): number | readonly number[] | null {
	return scales.find(({ filter }) => matches(filter, tensor))?.value ?? null;
}
