import { RemeltError } from '../errors/index.ts';
import { findArchitecture, type Architecture, type Recipe } from '../recipe/index.ts';
import type { ModelHeaders } from '../tensors/index.ts';

/** One model's part in an output slice. */
export interface PlanSource {
	/** The model reference as written. */
	readonly model: string;
	readonly headers: ModelHeaders;
	/** First layer of the model that is taken. */
	readonly start: number;
	/** Index among the recipe's sources, for its own parameters; undefined for an appended base. */
	readonly index: number | undefined;
}

/** A run of output layers that are made alike. */
export interface PlanSlice {
	readonly index: number;
	readonly sources: readonly PlanSource[];
	readonly baseModel: string | null;
	readonly layers: number;
}

/** A recipe's slices with the models in place of their names. */
export interface PlanSources {
	readonly architecture: Architecture;
	readonly slices: readonly PlanSlice[];
	/** The model whose `config.json` is taken: the base, else the first one named. */
	readonly donor: { readonly model: string; readonly headers: ModelHeaders };
	/** Output layers. */
	readonly layers: number;
}

interface Model {
	readonly headers: ModelHeaders;
	readonly architecture: Architecture;
	readonly layers: number;
}

/**
 * Looks up every model of a recipe and checks layer ranges.
 * @throws `not-found`, `architecture-unknown`, `architecture-mismatch`, `layer-range`, `model-count`.
 */
export function resolveSources(
	recipe: Recipe,
	headers: ReadonlyMap<string, ModelHeaders>,
): PlanSources {
	const known = new Map<string, Model>();
	const model = (name: string): Model => {
		const found = known.get(name) ?? openModel(name, headers);
		known.set(name, found);
		return found;
	};
	const slices =
		recipe.models.length > 0
			? [wholeModels(recipe, model)]
			: recipe.slices.map((_, index) => oneSlice(recipe, index, model));
	const first = slices[0]?.sources[0];
	if (first === undefined)
		throw new RemeltError('recipe-invalid', 'The recipe names no models.', {
			hint: 'Give models: or slices: with at least one entry.',
		});
	const donor = recipe.baseModel ?? first.model;
	const { architecture } = model(donor);
	for (const [name, other] of known) requireSame(donor, architecture, name, other.architecture);
	return {
		architecture,
		slices,
		donor: { model: donor, headers: model(donor).headers },
		layers: slices.reduce((sum, slice) => sum + slice.layers, 0),
	};
}

function openModel(name: string, all: ReadonlyMap<string, ModelHeaders>): Model {
	const headers = all.get(name);
	if (headers === undefined)
		throw new RemeltError('not-found', `The model ${name} has not been opened.`, {
			hint: 'Every model that the recipe names has to be given to the plan.',
			details: { model: name },
		});
	const architecture = findArchitecture(headers.config);
	return { headers, architecture, layers: countLayers(name, headers, architecture) };
}

function countLayers(name: string, headers: ModelHeaders, architecture: Architecture): number {
	let value: unknown = JSON.parse(headers.config);
	for (const key of architecture.layersKey.split('.'))
		value =
			typeof value === 'object' && value !== null
				? new Map(Object.entries(value)).get(key)
				: undefined;
	if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
	throw new RemeltError('layer-range', `The config.json of ${name} does not count its layers.`, {
		hint: `It should have the key ${architecture.layersKey} with a whole number.`,
		details: { model: name, key: architecture.layersKey },
	});
}

/** A recipe with `models:` is one slice over all layers; a base that is not listed comes last. */
function wholeModels(recipe: Recipe, model: (name: string) => Model): PlanSlice {
	const names = recipe.models.map((entry) => entry.model);
	requireDistinct(names, 'models');
	if (recipe.baseModel !== null && !names.includes(recipe.baseModel)) names.push(recipe.baseModel);
	const [first = ''] = names;
	const { layers } = model(first);
	const sources = names.map((name, index) => {
		const { headers, layers: count } = model(name);
		if (count !== layers)
			throw new RemeltError(
				'layer-range',
				`${name} has ${count} layers and ${first} has ${layers}.`,
				{
					hint: 'Models listed under models: must have the same number of layers; use slices: to choose.',
					details: { model: name, layers: count, other: first, otherLayers: layers },
				},
			);
		return {
			model: name,
			headers,
			start: 0,
			index: index < recipe.models.length ? index : undefined,
		};
	});
	return { index: 0, sources, baseModel: recipe.baseModel, layers };
}

function oneSlice(recipe: Recipe, index: number, model: (name: string) => Model): PlanSlice {
	const slice = recipe.slices[index];
	const [first] = slice?.sources ?? [];
	const where = `slice ${index + 1}`;
	if (slice === undefined || first === undefined)
		throw new RemeltError('recipe-invalid', `${where} of the recipe has no sources.`, {
			hint: 'Give it at least one source, or remove it.',
			details: { slice: index },
		});
	requireDistinct(
		slice.sources.map((source) => source.model),
		where,
	);
	const layers = first.layerRange[1] - first.layerRange[0];
	const sources = slice.sources.map((source, sourceIndex) => {
		const [start, end] = source.layerRange;
		const { headers, layers: count } = model(source.model);
		const details = { slice: index, model: source.model, start, end, layers: count };
		if (start < 0 || end <= start || end > count)
			throw new RemeltError(
				'layer-range',
				`In ${where} layer_range [${start}, ${end}] does not fit ${source.model}, which has ${count} layers.`,
				{
					hint: `The range counts from 0 and its end is not included: at most [0, ${count}].`,
					details,
				},
			);
		if (end - start !== layers)
			throw new RemeltError(
				'layer-range',
				`In ${where} the sources take ${layers} and ${end - start} layers.`,
				{ hint: 'All sources of a slice must take the same number of layers.', details },
			);
		return { model: source.model, headers, start, index: sourceIndex };
	});
	return { index, sources, baseModel: slice.baseModel ?? recipe.baseModel, layers };
}

/** mergekit keeps one of two entries of the same model without a word, so that none can be meant. */
function requireDistinct(names: readonly string[], where: string): void {
	const twice = names.find((name, index) => names.indexOf(name) !== index);
	if (twice === undefined) return;
	throw new RemeltError('model-count', `${twice} stands twice in ${where} of the recipe.`, {
		hint: 'mergekit would keep only one of the two entries; remove one, or use separate slices.',
		details: { model: twice },
	});
}

function requireSame(name: string, wanted: Architecture, other: string, found: Architecture): void {
	if (wanted.name === found.name) return;
	throw new RemeltError(
		'architecture-mismatch',
		`${name} is a ${wanted.name} and ${other} is a ${found.name}.`,
		{
			hint: 'Models can be merged when their tensors play the same roles: use models of one architecture.',
			details: { model: name, architecture: wanted.name, other, otherArchitecture: found.name },
		},
	);
}
