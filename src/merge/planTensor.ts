import { RemeltError } from '../errors/index.ts';
import type { Recipe, Semantics } from '../recipe/index.ts';
import { byteLength, type Dtype, type FloatDtype, type ModelHeaders } from '../tensors/index.ts';
import { isFloat, isInteger } from './blocks.ts';
import { rangeOf, type OutputWeight, type WeightInput } from './inputs.ts';
import type { Unplaced } from './layout.ts';
import { methodContext } from './methodContext.ts';
import type { MergeMethod, PlannedTensor, TensorOperation, TiesOrder } from './types.ts';

/** The name under which a plan's ranges mean the published model. */
export const PUBLISHED = 'published';

/** What is the same for all tensors of a plan. */
export interface TensorContext {
	readonly recipe: Recipe;
	readonly method: MergeMethod;
	readonly semantics: Semantics;
	readonly seed: number;
	readonly ties: TiesOrder;
	readonly published: ModelHeaders | undefined;
}

/** A tensor's inputs in the order that its method takes them. */
interface Inputs {
	/** An input of its own, before the models. */
	readonly base: WeightInput | null;
	readonly models: readonly WeightInput[];
}

/**
 * One output tensor with its parameters resolved and its dtypes settled.
 * @throws `model-count`, `base-missing`, `parameter-missing`, `parameter-invalid`, `tensor-missing`,
 *   `dtype-unsupported`.
 */
export function planTensor(weight: OutputWeight, context: TensorContext): Unplaced {
	const { recipe, method, semantics, published } = context;
	const { base, models } = inputsOf(weight, context);
	const inputs = base === null ? models : [base, ...models];
	const [first] = inputs;
	if (first === undefined) throw new RangeError(`${weight.name} has no inputs`);
	const stored = inputs.map(({ range }) => range.dtype);
	const own = ownDtype(stored, context);
	const asked = semantics.outDtype && isFloat(own) ? recipe.outDtype : null;
	const dtype: Dtype = asked ?? own;
	const { operation, parameters } = operationOf(weight, { base, models }, own, context);
	const copies = operation.kind === 'copy' && first.range.dtype === dtype && own === dtype;
	if (!copies)
		for (const { range, source } of inputs) requireFloat(range.dtype, range.tensor, source.model);
	const shape = writtenShape(first.range.shape, operation, semantics);
	const planned = {
		name: weight.name,
		dtype,
		shape,
		elements: shape.reduce((product, size) => product * size, 1),
		bytes: byteLength({ dtype, shape }),
		layer: weight.layer,
		kind: weight.kind,
		method: method.name,
		computeDtype: computeDtype(stored, own, recipe, operation),
		operation,
		parameters,
		draws: null,
		inputs: (operation.kind === 'copy' ? [first] : inputs).map(({ range }) => range),
	};
	return { ...planned, published: publishedRange(planned, published) };
}

function operationOf(
	weight: OutputWeight,
	{ base, models }: Inputs,
	own: Dtype,
	context: TensorContext,
): Pick<PlannedTensor, 'operation' | 'parameters'> {
	const { semantics, method } = context;
	const [first] = models;
	// Buffers of whole numbers, such as position ids, are the same in every model.
	if (isInteger(own)) return { operation: { kind: 'copy' }, parameters: {} };
	if (first === undefined && base !== null) return { operation: { kind: 'copy' }, parameters: {} };
	const { context: view, parameters } = methodContext({
		...context,
		weight,
		shape: (base ?? first)?.range.shape ?? [],
		models,
		hasBase: base !== null,
		// What no kernel reads can only be copied; the caller refuses the rest.
		work: semantics.arithmetic === 'float32' || !isFloat(own) ? 'F32' : own,
	});
	return { operation: method.plan(view), parameters };
}

/** The dtype in which mergekit has the result: the recipe's, else that of the inputs. */
function ownDtype(stored: readonly Dtype[], { recipe, method, semantics }: TensorContext): Dtype {
	const [first = 'F32'] = stored;
	if (!isFloat(first)) return first;
	if (recipe.dtype !== null) return recipe.dtype;
	const baseDecides = method.base === 'apart' || method.base === 'one-of';
	if (baseDecides && semantics.mixedDtypes === 'base') return first;
	return stored.every((dtype) => dtype === first) ? first : 'F32';
}

/** What inputs are cast to before the method runs; null: as stored. */
function computeDtype(
	stored: readonly Dtype[],
	own: Dtype,
	recipe: Recipe,
	operation: TensorOperation,
): FloatDtype | null {
	if (!isFloat(own) || recipe.dtype !== null) return recipe.dtype;
	return operation.kind === 'task-vectors' && stored.some((dtype) => dtype !== own) ? own : null;
}

/** della in early 2025 gave tensors of one dimension a second one. */
function writtenShape(
	shape: readonly number[],
	operation: TensorOperation,
	{ dellaExtraDimension }: Semantics,
): readonly number[] {
	const thinned =
		operation.kind === 'task-vectors' &&
		operation.select === 'magprune' &&
		operation.terms.some(({ density }) => density < 1);
	return dellaExtraDimension && thinned && shape.length === 1 ? [1, ...shape] : shape;
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

/** Tells the base from the models, and checks that there are as many as the method takes. */
function inputsOf(weight: OutputWeight, context: TensorContext): Inputs {
	const { slice, inputs } = weight;
	const { method, semantics, recipe } = context;
	const name = method.base === 'apart' && !semantics.sliceBase ? recipe.baseModel : slice.baseModel;
	const isBase = ({ source }: WeightInput): boolean => source.model === name;
	const listed = slice.sources.map(({ model }) => model);
	const apart = method.base === 'apart' || (method.base === 'optional' && name !== null);
	checkModels(weight, context, apart ? listed.filter((model) => model !== name) : listed);
	if (method.base === 'none' || (method.base === 'optional' && !apart))
		return { base: null, models: inputs };
	if ((apart || listed.length > 1) && (name === null || !listed.includes(name)))
		throw baseElsewhere(weight, name, method);
	if (!apart)
		return {
			base: null,
			models: inputs.toSorted((a, b) => Number(isBase(b)) - Number(isBase(a))),
		};
	const base = inputs.find(isBase);
	if (base === undefined) throw baseWithout(weight, name ?? '');
	return { base, models: inputs.filter((input) => input !== base) };
}

function checkModels(
	{ slice, name }: OutputWeight,
	{ recipe, method }: TensorContext,
	models: readonly string[],
): void {
	const { min, max } = method.models;
	const count = models.length;
	if (count >= min && count <= max) return;
	const wanted =
		min === max ? String(min) : max === Infinity ? `${min} or more` : `${min} or ${max}`;
	const appended = slice.sources.find(({ index }) => index === undefined);
	const because =
		appended === undefined || !models.includes(appended.model)
			? ''
			: ` The base_model ${appended.model} counts as one of them.`;
	const beside = method.base === 'apart' ? ' beside the base' : '';
	throw new RemeltError(
		'model-count',
		`${method.label} takes ${wanted} ${max === 1 ? 'model' : 'models'}${beside} at a time, and here there are ${count}: ${models.join(', ')}.`,
		{
			hint: `List ${wanted} in ${recipe.slices.length > 0 ? `slice ${slice.index + 1}` : 'models:'}.${because}`,
			details: { method: method.name, count, min, max, slice: slice.index, tensor: name },
		},
	);
}

function baseElsewhere(
	{ slice }: OutputWeight,
	base: string | null,
	method: MergeMethod,
): RemeltError {
	const models = slice.sources.map(({ model }) => model).join(', ');
	return new RemeltError(
		'base-missing',
		`The base_model ${base ?? ''} is not one of the models that slice ${slice.index + 1} merges.`,
		{
			hint:
				method.base === 'one-of'
					? `Set base_model: to one of ${models}.`
					: `Add it to the slice's sources, with the layers that it gives: ${models} are there.`,
			details: { method: method.name, base, slice: slice.index },
		},
	);
}

function baseWithout(weight: OutputWeight, base: string): RemeltError {
	return new RemeltError('tensor-missing', `The base model ${base} has no ${weight.name}.`, {
		hint: 'Other models have it, and what they changed in it cannot be told: use a base with the same tensors.',
		details: { model: base, tensor: weight.name },
	});
}

/** @throws `dtype-unsupported` unless the kernels can read it. */
function requireFloat(dtype: Dtype, tensor: string, model: string): asserts dtype is FloatDtype {
	if (isFloat(dtype)) return;
	throw new RemeltError('dtype-unsupported', `${tensor} of ${model} is stored as ${dtype}.`, {
		hint: 'Remelt computes with F32, F16 and BF16; look for an unquantised copy of the model.',
		details: { tensor, model, dtype },
	});
}
