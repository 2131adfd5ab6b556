import { RemeltError } from '../errors/index.ts';
import type { RandomSource } from '../kernels/index.ts';
import {
	inputsOf,
	resolveFlag,
	resolveParameter,
	type ParameterPlace,
	type Recipe,
	type Semantics,
} from '../recipe/index.ts';
import type { FloatDtype } from '../tensors/index.ts';
import type { OutputWeight, WeightInput } from './inputs.ts';
import type {
	MergeMethod,
	MethodContext,
	MethodParameter,
	ParameterValue,
	TiesOrder,
} from './types.ts';

/** What a method's context is made of. */
export interface ContextParts {
	readonly recipe: Recipe;
	readonly method: MergeMethod;
	readonly semantics: Semantics;
	readonly weight: OutputWeight;
	readonly shape: readonly number[];
	/** Without a base that stands apart. */
	readonly models: readonly WeightInput[];
	readonly hasBase: boolean;
	readonly work: FloatDtype;
	readonly seed: number;
	readonly ties: TiesOrder;
}

/** One tensor as its method sees it, and what the method has looked up. */
export function methodContext(parts: ContextParts): {
	readonly context: MethodContext;
	readonly parameters: Readonly<Record<string, ParameterValue>>;
} {
	const { method, semantics, weight, shape, models } = parts;
	const parameters: Record<string, ParameterValue> = {};
	const number = (name: string, model?: number): number | null => {
		const value = lookUp(parts, name, model);
		note(parameters, parameterOf(method, name), value, model === undefined ? null : models[model]);
		return value;
	};
	const required = (name: string, model?: number): number => {
		const value = number(name, model);
		if (value === null) throw missingParameter(parts, name, model);
		return value;
	};
	const context: MethodContext = {
		tensor: weight.name,
		shape,
		elements: shape.reduce((product, size) => product * size, 1),
		semantics,
		work: parts.work,
		models: models.map(({ source }) => source.model),
		hasBase: parts.hasBase,
		random: randomSource(parts),
		ties: parts.ties,
		number,
		required,
		flag: (name) => required(name) !== 0,
		invalid: (name, problem, hint) =>
			new RemeltError('parameter-invalid', `${name} of ${weight.name} ${problem}.`, {
				hint,
				details: { method: method.name, parameter: name, tensor: weight.name },
			}),
	};
	return { context, parameters };
}

function randomSource({ semantics, seed, weight }: ContextParts): RandomSource {
	return semantics.random === 'mt19937'
		? { kind: 'mt19937', seed }
		: { kind: 'counter', seed, key: weight.name };
}

function parameterOf(method: MergeMethod, name: string): MethodParameter {
	const found = method.parameters.find((parameter) => parameter.name === name);
	if (found === undefined) throw new RangeError(`${method.name} declares no parameter ${name}`);
	return found;
}

/** The recipe's value, or the default; null where there is neither. */
function lookUp(parts: ContextParts, name: string, model?: number): number | null {
	const { recipe, method, semantics } = parts;
	const parameter = parameterOf(method, name);
	const place = placeOf(parts, model);
	const value =
		typeof parameter.default === 'boolean'
			? resolveFlag(recipe, name, place, semantics)
			: resolveParameter(recipe, name, place, semantics);
	if (value !== null) return Number(value);
	if (parameter.default === undefined) throw missingParameter(parts, name, model);
	return parameter.default === null ? null : Number(parameter.default);
}

function placeOf({ semantics, weight, models }: ContextParts, model?: number): ParameterPlace {
	const { slice, name, position } = weight;
	const of = model === undefined ? undefined : models[model];
	const outside = weight.layer === null && !semantics.sliceReachesOutside;
	return {
		module: slice.module,
		slice: slice.index,
		outsideSlice: outside,
		source: of?.source.index,
		// A model's own name differs from the output's where layers are renumbered.
		tensor: semantics.modelFilters === 'source' ? (of?.name ?? name) : name,
		position,
	};
}

/** Keeps a value for the plan: under its model's name where each model has one. */
function note(
	parameters: Record<string, ParameterValue>,
	{ name, default: usual }: MethodParameter,
	value: number | null,
	input: WeightInput | null | undefined,
): void {
	if (input === null || input === undefined) {
		if (value !== null) parameters[name] = typeof usual === 'boolean' ? value !== 0 : value;
		return;
	}
	const known = parameters[name];
	const models = typeof known === 'object' ? known : {};
	parameters[name] = { ...models, [input.source.model]: value };
}

function missingParameter(parts: ContextParts, name: string, model?: number): RemeltError {
	const { recipe, method, weight, models } = parts;
	const { scope } = parameterOf(method, name);
	const of = model === undefined ? undefined : models[model]?.source.model;
	const elsewhere = inputsOf(recipe).some(({ parameters }) => Object.hasOwn(parameters, name));
	const common =
		recipe.slices.length > 0
			? 'at the top level of the recipe or of its slice'
			: 'at the top level of the recipe';
	const places = scope === 'model' ? `of that model, or ${common}` : common;
	const why =
		elsewhere && scope === 'tensor'
			? ` A ${name} under a model is not read: ${method.name} has one for all models.`
			: ' Where it is a list of filters, end it with a value without filter.';
	const whose = of === undefined ? '' : ` of ${of}`;
	return new RemeltError(
		'parameter-missing',
		`${method.label} needs the parameter ${name}, and the recipe gives none for ${weight.name}${whose}.`,
		{
			hint: `Give ${name} under parameters: ${places}.${why}`,
			details: {
				method: method.name,
				parameter: name,
				tensor: weight.name,
				...(of !== undefined && { model: of }),
			},
		},
	);
}
