import { listWeights, LLAMA } from './architectures/index.ts';
import { shownModule } from './modules.ts';
import { conditionalValues, findParameter, layerPosition, levelsOf } from './parameters.ts';
import type {
	ParameterStrip,
	RecipeContent,
	RecipeSlice,
	SettingPlace,
	StripPart,
	StripRow,
} from './types.ts';

/** A run of output layers. */
interface Run {
	readonly slice: number;
	readonly start: number;
	readonly length: number;
	/** Number of the first layer in tensor names: the source's for a model's own parameters. */
	readonly firstName: number;
}

/**
 * How many layers the output has, or null where that is the models' to say (`models:`). Of several
 * modules, the first counts.
 */
export function countLayers(recipe: RecipeContent): number | null {
	const { slices } = shownModule(recipe);
	return slices.length === 0 ? null : layersOf(slices);
}

/** How many layers slices make together. */
export function layersOf(slices: readonly RecipeSlice[]): number {
	return slices.reduce((sum, { sources }) => sum + rangeLength(sources[0]?.layerRange), 0);
}

/**
 * A parameter over all output layers, a row for each filter and one for what no filter matches. A
 * tensor belongs to the row of the first filter, in order of appearance, that its name contains.
 * Tensors are named as in Llama and Mistral; filters that match none of these get a name of their own.
 * Of a recipe with several modules, the first is shown.
 *
 * @param layers output layers of a recipe with `models:`; slices count for themselves
 * @param source index of the source or model whose own parameter is asked for
 */
export function describeParameter(
	recipe: RecipeContent,
	name: string,
	layers: number,
	source?: number,
): ParameterStrip {
	const runs = runsOf(recipe, layers, source);
	const total = countLayers(recipe) ?? layers;
	const filters = filtersOf(recipe, name, runs, source);
	const names = tensorNames(filters, runs);
	const rows = [...filters, null].map((filter): StripRow => {
		const belongs = (tensor: string): boolean =>
			(filters.find((other) => tensor.includes(other)) ?? null) === filter;
		const resolve = (run: Run, tensors: readonly string[], position: number): number | null => {
			const tensor = tensors.find(belongs);
			if (tensor === undefined) return null;
			return (
				findParameter(recipe, name, { slice: run.slice, source, tensor, position })?.value ?? null
			);
		};
		const label = filter ?? (filters.length === 0 ? 'all tensors' : 'everything else');
		const values = runs.flatMap((run) =>
			Array.from({ length: run.length }, (_, k) =>
				resolve(run, names.layers(run.firstName + k), layerPosition(k, run.length)),
			),
		);
		const kinds = KINDS.filter(({ name }) => belongs(name)).map(({ kind }) => kind);
		const [first] = runs;
		const last = runs.at(-1);
		const outer =
			first === undefined || last === undefined
				? null
				: (resolve(first, names.pre, 0) ?? resolve(last, names.post, 0));
		return {
			label,
			filter,
			kinds,
			parts: partsOf(recipe, name, runs, source, belongs, names),
			values,
			outer,
		};
	});
	const module = shownModule(recipe);
	const models = module.slices[0]?.sources ?? module.models;
	const model = source === undefined ? null : (models[source]?.model ?? null);
	return { parameter: name, model, layers: total, rows };
}

/** Llama's tensors, those of a layer named as in none, so that filters by layer number pass them by. */
const KINDS = [...LLAMA.pre, ...LLAMA.layer, ...LLAMA.post].map(({ name }) => ({
	name,
	kind: name
		.replace(/^model\./, '')
		.replace(/^layers\.[^.]*\./, '')
		.replace(/\.weight$/, ''),
}));

/** The filters of a parameter at all levels, `*` left out, each once, in order of appearance. */
function filtersOf(
	recipe: RecipeContent,
	name: string,
	runs: readonly Run[],
	source: number | undefined,
): string[] {
	const filters = runs.flatMap(({ slice }) =>
		levelsOf(recipe, { slice, source }).flatMap(([, parameters]) => {
			const setting = parameters[name];
			return setting === undefined ? [] : conditionalValues(setting).map(({ filter }) => filter);
		}),
	);
	return [
		...new Set(filters.filter((filter): filter is string => filter !== null && filter !== '*')),
	];
}

function runsOf(recipe: RecipeContent, layers: number, source: number | undefined): Run[] {
	const { slices } = shownModule(recipe);
	if (slices.length === 0) return [{ slice: 0, start: 0, length: layers, firstName: 0 }];
	let start = 0;
	return slices.map(({ sources }, slice) => {
		const length = rangeLength(sources[0]?.layerRange);
		const own = source === undefined ? undefined : sources[source]?.layerRange[0];
		const run = { slice, start, length, firstName: own ?? start };
		start += length;
		return run;
	});
}

function rangeLength(range: readonly [number, number] | undefined): number {
	return range === undefined ? 0 : Math.max(0, range[1] - range[0]);
}

interface TensorNames {
	readonly pre: readonly string[];
	readonly post: readonly string[];
	layers(layer: number): readonly string[];
}

function tensorNames(filters: readonly string[], runs: readonly Run[]): TensorNames {
	const numbers = runs.flatMap(({ firstName, length }) =>
		Array.from({ length }, (_, k) => firstName + k),
	);
	const inLayer = (layer: number): string[] =>
		LLAMA.layer.map((template) => template.name.replaceAll('${layer_index}', String(layer)));
	const all = [...listWeights(LLAMA, 0), ...numbers.flatMap(inLayer)];
	const foreign = filters.filter((filter) => !all.some((name) => name.includes(filter)));
	return {
		pre: LLAMA.pre.map((template) => template.name),
		post: LLAMA.post.map((template) => template.name),
		layers: (layer) => [
			...inLayer(layer),
			...foreign.map((filter) => `model.layers.${layer}.${filter}`),
		],
	};
}

/** Where the values of a row are written, run by run. */
function partsOf(
	recipe: RecipeContent,
	name: string,
	runs: readonly Run[],
	source: number | undefined,
	belongs: (tensor: string) => boolean,
	names: TensorNames,
): StripPart[] {
	return runs.flatMap((run): StripPart[] => {
		const tensors = Array.from({ length: run.length }, (_, k) => names.layers(run.firstName + k));
		const tensor = [...tensors.flat(), ...names.pre, ...names.post].find(belongs);
		if (tensor === undefined) return [];
		const found = findEntry(recipe, name, { slice: run.slice, source, tensor });
		return found === null ? [] : [{ ...found, start: run.start, end: run.start + run.length }];
	});
}

function findEntry(
	recipe: RecipeContent,
	name: string,
	place: { slice: number; source: number | undefined; tensor: string },
): Pick<StripPart, 'at' | 'points'> | null {
	const found = findParameter(recipe, name, { ...place, position: 0 });
	if (found === null) return null;
	const { level, entry, points } = found;
	const at: SettingPlace = { level, slice: place.slice, source: place.source ?? 0, entry };
	return { at, points };
}
