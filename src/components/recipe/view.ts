import {
	countLayers,
	describeParameter,
	describeSlices,
	modelReferences,
	numericValues,
	parseModelReference,
	shownModule,
	type ParameterStrip,
	type RecipeContent,
	type SliceView,
} from '../../recipe/index.ts';

/** What is drawn of a recipe. */
export interface RecipeView {
	readonly strips: readonly ParameterStrip[];
	/** Slices, where the layers of the output are not simply those of the models. */
	readonly stack: readonly SliceView[];
	/** Models by name, in order of first appearance. */
	readonly models: readonly string[];
	/** Output layers. */
	readonly layers: number;
	/** Whether the number of layers is a guess, because only the models could tell. */
	readonly assumed: boolean;
	/** Parameters that are on or off. */
	readonly switches: readonly { readonly name: string; readonly on: boolean }[];
	/** The names of the models at t = 0 and t = 1, for methods that have such. */
	readonly ends: { readonly zero: string; readonly one: string } | null;
}

/** Layers that are drawn where neither the recipe nor the card says how many there are. */
const USUAL_LAYERS = 32;

/**
 * @param layers output layers of recipes with `models:`, where known
 */
export function viewRecipe(recipe: RecipeContent, layers: number | null): RecipeView {
	const counted = countLayers(recipe) ?? layers;
	const total = counted ?? USUAL_LAYERS;
	const stacked = shownModule(recipe).slices.length > 1 || recipe.method === 'passthrough';
	return {
		strips: stripsOf(recipe, total),
		stack: stacked ? describeSlices(recipe) : [],
		models: modelReferences(recipe),
		layers: total,
		assumed: counted === null,
		switches: switchesOf(recipe),
		ends: endsOf(recipe),
	};
}

/** A strip for each number that a recipe sets: one for all models, or one for each that has its own. */
function stripsOf(recipe: RecipeContent, layers: number): ParameterStrip[] {
	const module = shownModule(recipe);
	const shared = namesIn([recipe, module, ...module.slices].map(({ parameters }) => parameters));
	const lists =
		module.slices.length > 0 ? module.slices.map(({ sources }) => sources) : [module.models];
	const width = Math.max(...lists.map((list) => list.length));
	const strips: ParameterStrip[] = [];
	const owned = new Set<string>();
	for (let source = 0; source < width; source++)
		for (const name of namesIn(lists.map((list) => list[source]?.parameters ?? {}))) {
			owned.add(name);
			strips.push(describeParameter(recipe, name, layers, source));
		}
	const common = [...shared].filter((name) => !owned.has(name));
	return [...common.map((name) => describeParameter(recipe, name, layers)), ...strips];
}

type Parameters = RecipeContent['parameters'];

/** Parameters that are numbers wherever they are given. */
function namesIn(levels: readonly Parameters[]): Set<string> {
	const settings = levels.flatMap((parameters) => Object.entries(parameters));
	const others = settings
		.filter(([, setting]) => typeof setting === 'boolean' || numericValues(setting) === null)
		.map(([name]) => name);
	return new Set(settings.map(([name]) => name).filter((name) => !others.includes(name)));
}

function switchesOf(recipe: RecipeContent): RecipeView['switches'] {
	return Object.entries(recipe.parameters).flatMap(([name, value]) =>
		typeof value === 'boolean' ? [{ name, on: value }] : [],
	);
}

/** slerp's and its kin's t runs from the base model to the one other. */
function endsOf(recipe: RecipeContent): RecipeView['ends'] {
	const models = modelReferences(recipe);
	const [zero, one] = models;
	if (recipe.baseModel === null || models.length !== 2) return null;
	return zero === undefined || one === undefined ? null : { zero, one };
}

/** A model's name without its owner and revision. */
export function shortName(reference: string): string {
	const path = parseModelReference(reference)?.path ?? reference;
	return path.split(/[/\\]/).at(-1) ?? path;
}

/** A value to three digits after the point, without trailing zeros; a dash for none. */
export function formatValue(value: number | null): string {
	if (value === null) return '–';
	if (value !== 0 && Math.abs(value) < 0.0005) return value.toExponential(1);
	return String(Math.round(value * 1000) / 1000).replace('-', '−');
}

/** The layers that the axis names: even steps, at most about nine, and the last. */
export function axisTicks(layers: number): number[] {
	const step = [1, 2, 4, 5, 8, 10, 16, 20, 32, 50].find((size) => layers / size <= 9) ?? 100;
	const last = layers - 1;
	const ticks: number[] = [];
	for (let layer = 0; layer < last - step / 2; layer += step) ticks.push(layer);
	return last >= 0 ? [...ticks, last] : ticks;
}

/** The extent of the values to be drawn: 0 to 1, wider where the recipe goes beyond. */
export function extentOf({ rows }: ParameterStrip): readonly [number, number] {
	const values = rows.flatMap((row) => [
		...row.values.filter((value) => value !== null),
		...row.parts.flatMap(({ points }) => points),
	]);
	return [Math.min(0, ...values), Math.max(1, ...values)];
}

/** Where the control points of a gradient lie along the axis, in layers; the middle for one point. */
export function pointPositions(points: number, start: number, end: number): number[] {
	const last = Math.max(0, end - start - 1);
	if (points === 1) return [start + 0.5 + last / 2];
	return Array.from({ length: points }, (_, index) => start + 0.5 + (last * index) / (points - 1));
}

/** A sentence on a row for those who do not see it. */
export function rowSummary(name: string, row: ParameterStrip['rows'][number]): string {
	const values = row.values.filter((value) => value !== null);
	const [first] = values;
	const last = values.at(-1);
	const outer = row.outer === null ? '' : ` ${formatValue(row.outer)} outside layers.`;
	if (first === undefined || last === undefined)
		return `${name} of ${row.label}: no layers.${outer}`;
	const least = Math.min(...values);
	const most = Math.max(...values);
	const course =
		least === most
			? `${formatValue(first)} in all layers`
			: `from ${formatValue(first)} in the first layer to ${formatValue(last)} in the last, between ${formatValue(least)} and ${formatValue(most)}`;
	return `${name} of ${row.label}: ${course}.${outer}`;
}
