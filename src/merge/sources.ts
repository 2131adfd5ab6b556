import { RemeltError } from '../errors/index.ts';
import {
	commonArchitecture,
	inputsOf,
	layersIn,
	modulesOf,
	parseModelReference,
	type Architecture,
	type ArchitectureModule,
	type Recipe,
	type RecipeModule,
	type RecipeSlice,
} from '../recipe/index.ts';
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
	/** Index of the module in the recipe, for its parameters; 0 for recipes without modules. */
	readonly module: number;
	/** Index of the slice within that module. */
	readonly index: number;
	readonly sources: readonly PlanSource[];
	readonly baseModel: string | null;
	readonly layers: number;
}

/** A module of the architecture with the slices that it is made of. */
export interface PlanModule {
	readonly architecture: ArchitectureModule;
	readonly slices: readonly PlanSlice[];
	/** Output layers. */
	readonly layers: number;
	/** Whether the recipe chose layers, by slices, rather than taking all of them. */
	readonly chosen: boolean;
}

/** A recipe's slices with the models in place of their names. */
export interface PlanSources {
	readonly architecture: Architecture;
	readonly modules: readonly PlanModule[];
	/** The slices of all modules. */
	readonly slices: readonly PlanSlice[];
	/** The model whose `config.json` is taken: the base, else the first one named. */
	readonly donor: { readonly model: string; readonly headers: ModelHeaders };
	/** Output layers of all modules. */
	readonly layers: number;
}

/** What is needed to fill one module with models. */
interface ModuleContext {
	readonly recipe: Recipe;
	/** The recipe's entry, and its index. */
	readonly entry: RecipeModule;
	readonly index: number;
	readonly architecture: ArchitectureModule;
	readonly headers: (model: string) => ModelHeaders;
	readonly layers: (model: string) => number;
}

/**
 * Looks up every model of a recipe and checks architectures and layer ranges.
 * @throws `not-found`, `architecture-unknown`, `architecture-mismatch`, `layer-range`, `model-count`,
 *   `lora-unsupported`, `recipe-invalid`.
 */
export function resolveSources(
	recipe: Recipe,
	headers: ReadonlyMap<string, ModelHeaders>,
): PlanSources {
	const [first] = inputsOf(recipe);
	if (first === undefined)
		throw new RemeltError('recipe-invalid', 'The recipe names no models.', {
			hint: 'Give models: or slices: with at least one entry.',
		});
	const names = weightModels(recipe);
	refuseAdapters(recipe);
	const opened = new Map(names.map((name) => [name, openModel(name, headers)] as const));
	const open = (name: string): ModelHeaders => opened.get(name) ?? openModel(name, headers);
	const donor = recipe.baseModel ?? first.model;
	const facts = names.map((model) => ({ model, ...open(model) }));
	const architecture = commonArchitecture(facts, recipe.architectures);
	const modules = modulesFor(recipe, architecture).map(({ module, entry, index }) =>
		fillModule({
			recipe,
			entry,
			index,
			architecture: module,
			headers: open,
			layers: (model) => countLayers(model, open(model), module),
		}),
	);
	const slices = modules.flatMap((module) => module.slices);
	return {
		architecture,
		modules,
		slices,
		donor: { model: donor, headers: open(donor) },
		layers: modules.reduce((sum, { layers }) => sum + layers, 0),
	};
}

/** Every model that weights or the config are taken from, the base first. */
function weightModels(recipe: Recipe): string[] {
	const bases = modulesOf(recipe).flatMap(({ slices }) => slices.map(({ baseModel }) => baseModel));
	const names = [recipe.baseModel, ...inputsOf(recipe).map(({ model }) => model), ...bases];
	return [...new Set(names.filter((name) => name !== null))];
}

function openModel(name: string, all: ReadonlyMap<string, ModelHeaders>): ModelHeaders {
	const headers = all.get(name);
	if (headers !== undefined) return headers;
	throw new RemeltError('not-found', `The model ${name} has not been opened.`, {
		hint: 'Every model that the recipe names has to be given to the plan.',
		details: { model: name },
	});
}

/**
 * Refuses a recipe with LoRA adapters; nothing has to be opened for that.
 * @throws `lora-unsupported`
 */
export function refuseAdapters(recipe: Recipe): void {
	weightModels(recipe).forEach(refuseAdapter);
}

function refuseAdapter(name: string): void {
	const { lora, path } = parseModelReference(name) ?? {};
	if (lora == null || path === undefined) return;
	throw new RemeltError(
		'lora-unsupported',
		`${name} names an adapter that would have to be merged into ${path} first.`,
		{
			hint: `Merge the adapter ${lora.path} into ${path} with peft, and name the result in the recipe.`,
			details: { model: name, base: path, adapter: lora.path },
		},
	);
}

interface ModulePair {
	readonly module: ArchitectureModule;
	readonly entry: RecipeModule;
	readonly index: number;
}

/** What the recipe says of each of the architecture's modules: mergekit.md §2.5. */
function modulesFor(recipe: Recipe, architecture: Architecture): readonly ModulePair[] {
	const { modules, name } = architecture;
	const entries = modulesOf(recipe);
	const known = modules.map((module) => module.name).join(', ');
	if (recipe.modules.length === 0) {
		const [entry] = entries;
		if (entry === undefined) return [];
		if (modules.length > 1 && entry.slices.length > 0)
			throw new RemeltError(
				'recipe-invalid',
				`The recipe gives slices: for a ${name}, whose layers are in ${modules.length} modules.`,
				{
					hint: `Put them under modules:, with the module's name: ${known}.`,
					details: { architecture: name, modules: known },
				},
			);
		return modules.map((module) => ({ module, entry, index: 0 }));
	}
	const strange = entries.find((entry) => !modules.some((module) => module.name === entry.name));
	const missing = modules.find((module) => !entries.some((entry) => entry.name === module.name));
	if (strange === undefined && missing === undefined)
		return modules.flatMap((module) => {
			const index = entries.findIndex((entry) => entry.name === module.name);
			const entry = entries[index];
			return entry === undefined ? [] : [{ module, entry, index }];
		});
	throw new RemeltError(
		'recipe-invalid',
		strange === undefined
			? `The recipe does not say how to merge the module ${missing?.name ?? ''} of ${name}.`
			: `A ${name} has no module ${strange.name}.`,
		{
			hint: `Its modules are ${known}; the recipe must have each of them under modules:.`,
			details: { architecture: name, modules: known, module: (strange ?? missing)?.name ?? null },
		},
	);
}

function fillModule(context: ModuleContext): PlanModule {
	const { entry, architecture } = context;
	const slices =
		entry.models.length > 0
			? [wholeModels(context)]
			: entry.slices.map((slice, index) => oneSlice(slice, index, context));
	return {
		architecture,
		slices,
		layers: slices.reduce((sum, slice) => sum + slice.layers, 0),
		chosen: entry.slices.length > 0,
	};
}

function countLayers(model: string, headers: ModelHeaders, module: ArchitectureModule): number {
	const { layersKey, layer } = module;
	const count = layersIn(module, headers);
	if (count !== null && (count > 0 || layer.length === 0)) return count;
	if (count === 0)
		throw new RemeltError('layer-range', `${model} has no layers.`, {
			hint: `Its config.json has 0 for ${layersKey ?? 'them'}: check that it is the model you mean.`,
			details: { model, key: layersKey, layers: 0 },
		});
	throw new RemeltError('layer-range', `The config.json of ${model} does not count its layers.`, {
		hint: `It should have the key ${layersKey ?? ''} with a whole number.`,
		details: { model, key: layersKey },
	});
}

/** A module with `models:` is one slice over all layers; a base that is not listed comes last. */
function wholeModels({ recipe, entry, index, headers, layers }: ModuleContext): PlanSlice {
	const names = entry.models.map(({ model }) => model);
	requireDistinct(names, 'models');
	if (recipe.baseModel !== null && !names.includes(recipe.baseModel)) names.push(recipe.baseModel);
	const [first = ''] = names;
	const wanted = layers(first);
	const sources = names.map((name, source) => {
		const count = layers(name);
		if (count !== wanted)
			throw new RemeltError(
				'layer-range',
				`${name} has ${count} layers and ${first} has ${wanted}.`,
				{
					hint: 'Models listed under models: must have the same number of layers; use slices: to choose.',
					details: { model: name, layers: count, other: first, otherLayers: wanted },
				},
			);
		return {
			model: name,
			headers: headers(name),
			start: 0,
			index: source < entry.models.length ? source : undefined,
		};
	});
	return { module: index, index: 0, sources, baseModel: recipe.baseModel, layers: wanted };
}

function oneSlice(slice: RecipeSlice, index: number, context: ModuleContext): PlanSlice {
	const [first] = slice.sources;
	const where = `slice ${index + 1}`;
	if (first === undefined)
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
		const count = context.layers(source.model);
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
		return {
			model: source.model,
			headers: context.headers(source.model),
			start,
			index: sourceIndex,
		};
	});
	const baseModel = slice.baseModel ?? context.recipe.baseModel;
	return { module: context.index, index, sources, baseModel, layers };
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
