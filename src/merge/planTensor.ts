import { RemeltError } from '../errors/index.ts';
import { resolveParameter, type Recipe } from '../recipe/index.ts';
import { byteLength, type Dtype, type FloatDtype, type ModelHeaders } from '../tensors/index.ts';
import { rangeOf, type OutputWeight, type WeightInput } from './inputs.ts';
import type { Unplaced } from './layout.ts';
import type { MergeMethod, MethodContext, PlannedTensor } from './types.ts';

/** The name under which a plan's ranges mean the published model. */
export const PUBLISHED = 'published';

/** What is the same for all tensors of a plan. */
export interface TensorContext {
	readonly recipe: Recipe;
	readonly method: MergeMethod;
	readonly published: ModelHeaders | undefined;
}

/**
 * One output tensor with its parameters resolved and its dtypes settled.
 * @throws `model-count`, `base-missing`, `parameter-missing`, `dtype-unsupported`.
 */
export function planTensor(weight: OutputWeight, context: TensorContext): Unplaced {
	const { recipe, method, published } = context;
	checkModels(weight, context);
	const inputs = method.needsBase ? baseFirst(weight, method) : weight.inputs;
	const operation = method.plan(methodContext(weight, inputs, context));
	const [first] = inputs;
	if (first === undefined) throw new RangeError(`${weight.name} has no inputs`);
	const { shape, dtype: stored } = first.range;
	const dtype: Dtype = recipe.outDtype ?? recipe.dtype ?? stored;
	const copies = operation.kind === 'copy' && stored === (recipe.dtype ?? stored);
	if (!copies || dtype !== stored)
		for (const { range, source } of inputs) requireFloat(range.dtype, range.tensor, source.model);
	const planned = {
		name: weight.name,
		dtype,
		shape,
		elements: shape.reduce((product, size) => product * size, 1),
		bytes: byteLength({ dtype, shape }),
		layer: weight.layer,
		kind: weight.kind,
		method: method.name,
		computeDtype: recipe.dtype,
		operation,
		inputs: inputs.map(({ range }) => range),
	};
	return { ...planned, published: publishedRange(planned, published) };
}

/** The published model's tensor of the same name, if it can be compared element by element. */
function publishedRange(
	tensor: Pick<PlannedTensor, 'name' | 'dtype' | 'shape'>,
	published: ModelHeaders | undefined,
): PlannedTensor['published'] {
	const entry = published?.tensors.get(tensor.name);
	if (entry?.dtype !== tensor.dtype || entry.shape.join() !== tensor.shape.join()) return null;
	return { ...rangeOf(entry), model: PUBLISHED };
}

/** Whether the slice lists as many models as the method takes. */
function checkModels({ slice, name }: OutputWeight, { recipe, method }: TensorContext): void {
	const { min, max } = method.inputs;
	const count = slice.sources.length;
	if (count >= min && count <= max) return;
	const wanted = min === max ? String(min) : `${min} or ${max}`;
	const listed = slice.sources.map(({ model }) => model).join(', ');
	const appended = slice.sources.find(({ index }) => index === undefined);
	const because =
		appended === undefined ? '' : ` The base_model ${appended.model} counts as one of them.`;
	throw new RemeltError(
		'model-count',
		`${method.label} takes ${wanted} ${max === 1 ? 'model' : 'models'} at a time, and here there are ${count}: ${listed}.`,
		{
			hint: `List ${wanted} in ${recipe.slices.length > 0 ? `slice ${slice.index + 1}` : 'models:'}.${because}`,
			details: { method: method.name, count, min, max, slice: slice.index, tensor: name },
		},
	);
}

function baseFirst({ slice, inputs }: OutputWeight, method: MergeMethod): readonly WeightInput[] {
	const { baseModel } = slice;
	if (slice.sources.length > 1 && !slice.sources.some(({ model }) => model === baseModel))
		throw new RemeltError(
			'base-missing',
			`The base_model ${baseModel ?? ''} is not one of the models that slice ${slice.index + 1} merges.`,
			{
				hint: `Set base_model: to one of ${slice.sources.map(({ model }) => model).join(', ')}.`,
				details: { method: method.name, base: baseModel, slice: slice.index },
			},
		);
	return inputs.toSorted(
		(a, b) => Number(b.source.model === baseModel) - Number(a.source.model === baseModel),
	);
}

function methodContext(
	weight: OutputWeight,
	inputs: readonly WeightInput[],
	{ recipe, method }: TensorContext,
): MethodContext {
	const parameter = (name: string, input = 0): number | null => {
		const { scope } = method.parameters.find((known) => known.name === name) ?? {};
		const of = scope === 'model' ? inputs[input] : undefined;
		return resolveParameter(recipe, name, {
			slice: weight.slice.index,
			source: of?.source.index,
			// Filters of a model's own parameters test the name in that model: mergekit.md §2.3.
			tensor: of?.name ?? weight.name,
			position: weight.position,
		});
	};
	return {
		tensor: weight.name,
		inputs: inputs.length,
		parameter,
		required: (name, input) => {
			const value = parameter(name, input);
			if (value === null) throw missingParameter(name, weight, recipe, method);
			return value;
		},
	};
}

function missingParameter(
	name: string,
	weight: OutputWeight,
	recipe: Recipe,
	method: MergeMethod,
): RemeltError {
	const elsewhere = [...recipe.models, ...recipe.slices.flatMap((slice) => slice.sources)].some(
		({ parameters }) => Object.hasOwn(parameters, name),
	);
	const places =
		recipe.slices.length > 0
			? 'at the top level of the recipe or of its slice'
			: 'at the top level of the recipe';
	const why = elsewhere
		? ` A ${name} under a model is not read: ${method.name} has one for all models.`
		: ' Where it is a list of filters, end it with a value without filter.';
	return new RemeltError(
		'parameter-missing',
		`${method.label} needs the parameter ${name}, and the recipe gives none for ${weight.name}.`,
		{
			hint: `Give ${name} under parameters: ${places}.${why}`,
			details: { method: method.name, parameter: name, tensor: weight.name },
		},
	);
}

/** @throws `dtype-unsupported` unless the kernels can read it. */
function requireFloat(dtype: Dtype, tensor: string, model: string): asserts dtype is FloatDtype {
	if (dtype === 'F32' || dtype === 'F16' || dtype === 'BF16') return;
	throw new RemeltError('dtype-unsupported', `${tensor} of ${model} is stored as ${dtype}.`, {
		hint: 'Remelt computes with F32, F16 and BF16; look for an unquantised copy of the model.',
		details: { tensor, model, dtype },
	});
}
