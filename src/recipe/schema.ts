import { z } from 'zod';
import type { ErrorCode } from '../errors/index.ts';
import { DTYPES, readDtype } from './dtypes.ts';
import { coerceNumber } from './numbers.ts';
import { parseModelReference } from './references.ts';

// Pages forbid code from strings; zod would otherwise try whether it may compile its checks.
z.config({ jitless: true });

const number = z.unknown().transform((value, context) => {
	const read = coerceNumber(value);
	if (read !== null) return read;
	context.addIssue(`must be a number, not ${show(value)}`);
	return z.NEVER;
});

const gradient = z
	.array(number)
	.min(1, 'is an empty list: a gradient needs at least one number')
	.readonly();

const numberOrGradient = z.unknown().transform((value, context) => {
	const part: z.ZodType<number | readonly number[]> = Array.isArray(value) ? gradient : number;
	return passOn(part, value, context);
});

/** One entry of a conditional setting. */
export const filteredValueSchema = z.object(
	{
		/** A case-sensitive substring of the tensor's name; left out or `*`: any tensor. */
		filter: z
			.string({ error: ({ input }) => filterProblem(input) })
			.nullable()
			.default(null),
		/** A number, or a gradient: a list interpolated over the layers of the slice. */
		value: numberOrGradient,
	},
	'must be a mapping',
);

/** A number, a gradient, or a list of conditional values; booleans are kept as they are. */
const setting = z.unknown().transform((value, context) => {
	if (typeof value === 'boolean') return value;
	if (isMapping(value)) {
		context.addIssue('is a mapping: write it as a list, with a dash before `filter` or `value`');
		return z.NEVER;
	}
	if (Array.isArray(value) && value.some(isMapping))
		return passOn(z.array(filteredValueSchema).readonly(), value, context);
	return passOn(numberOrGradient, value, context);
});

const parametersSchema = z
	.record(z.string(), setting, 'must be a mapping from parameter names to values')
	.nullable()
	.transform((value) => value ?? {})
	.default({});

const reference = z.unknown().transform((value, context) => {
	const text = isMapping(value) ? fromMapping(value) : value;
	const parsed = typeof text === 'string' ? parseModelReference(text) : null;
	if (typeof text === 'string' && parsed?.lora === null) return text;
	if (parsed !== null || isMapping(value))
		context.addIssue(
			refusal('recipe-unsupported', 'asks for a LoRA adapter, which Remelt does not merge yet'),
		);
	else
		context.addIssue(
			typeof value === 'string'
				? 'is not a model reference: those read owner/name or owner/name@revision'
				: `must be a model's name, not ${show(value)}`,
		);
	return z.NEVER;
});

const layerNumber = z.unknown().transform((value, context) => {
	const read = coerceNumber(value);
	if (read !== null && Number.isSafeInteger(read)) return read;
	context.addIssue(`must be a whole number, not ${show(value)}`);
	return z.NEVER;
});

const dtype = z.unknown().transform((value, context) => {
	if (value === null || value === undefined) return null;
	const read = typeof value === 'string' ? readDtype(value) : null;
	if (read !== null) return read;
	context.addIssue(
		refusal('dtype-unsupported', `is ${show(value)}; dtypes are ${DTYPES.join(', ')}`),
	);
	return z.NEVER;
});

/** One input of a slice. */
export const sourceSchema = z.object(
	{
		/** The model: `owner/name`, `owner/name@revision`, or a path. */
		model: reference,
		/** The layers taken, `[first, end]`, counted from 0, the end not included. */
		layer_range: z.tuple(
			[layerNumber, layerNumber],
			'must be two whole numbers: [first layer, end], the end not included',
		),
		/** Settings for this model, such as `weight` or `scale`. */
		parameters: parametersSchema,
	},
	'must be a mapping',
);

/** A run of output layers. */
export const sliceSchema = z.object(
	{
		/** The models that are merged into these layers. */
		sources: z
			.array(sourceSchema, 'must be a list of models')
			.min(1, 'is empty: a slice takes at least one model'),
		/** The base model of this slice, in place of the recipe's. */
		base_model: reference.nullable().default(null),
		/** Settings for these layers. */
		parameters: parametersSchema,
		/** Read and never used by mergekit. */
		residual_weight: z.unknown().optional(),
	},
	'must be a mapping',
);

/** A model that is merged as a whole. */
export const modelSchema = z.object(
	{
		/** The model: `owner/name`, `owner/name@revision`, or a path. */
		model: reference,
		/** Settings for this model, such as `weight` or `density`. */
		parameters: parametersSchema,
	},
	'must be a mapping',
);

/** mergekit's merge configuration, as far as Remelt reads it. Keys not named here are ignored. */
export const recipeSchema = z.object(
	{
		/** The name of the merge method. */
		merge_method: z.string('must be the name of a merge method').min(1, 'is empty'),
		/** The models to merge as a whole; either this or `slices`. */
		models: z
			.array(modelSchema, 'must be a list of models')
			.nullable()
			.transform((value) => value ?? [])
			.default([]),
		/** The output's layers, run by run; either this or `models`. */
		slices: z
			.array(sliceSchema, 'must be a list of slices')
			.nullable()
			.transform((value) => value ?? [])
			.default([]),
		/** The model that methods measure from: t = 0 of slerp, what task vectors are taken against. */
		base_model: reference.nullable().default(null),
		/** Settings for the whole model. */
		parameters: parametersSchema,
		/** The dtype that weights are cast to before they are merged. */
		dtype: dtype.default(null),
		/** The dtype that merged weights are written in. */
		out_dtype: dtype.default(null),
		/** The template for chats; Remelt writes no tokenizer, so it has no effect here. */
		chat_template: z.unknown().optional(),
	},
	'must be a mapping',
);

/** A configuration as written, after validation. */
export type WrittenRecipe = z.output<typeof recipeSchema>;

/** Runs another schema in place of this one, its issues with it. */
function passOn<T>(part: z.ZodType<T>, value: unknown, context: z.RefinementCtx): T {
	const result = part.safeParse(value);
	if (result.success) return result.data;
	for (const { path, message } of result.error.issues)
		context.addIssue({ code: 'custom', path, message });
	return z.NEVER;
}

function filterProblem(input: unknown): string {
	const boolean = ': YAML 1.1 reads yes, no, on and off as booleans, so put the word in quotes';
	return `must be part of a tensor's name, not ${show(input)}${typeof input === 'boolean' ? boolean : ''}`;
}

function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The string form of a reference written as `{ model: { path, revision } }`; null for others. */
function fromMapping({ model, ...rest }: Readonly<Record<string, unknown>>): string | null {
	const { path, revision } = isMapping(model) ? model : {};
	if (typeof path !== 'string' || Object.values(rest).some((value) => value !== null)) return null;
	return typeof revision === 'string' ? `${path}@${revision}` : path;
}

/** An issue that becomes an error with a code of its own. */
function refusal(code: ErrorCode, message: string): z.core.$ZodRawIssue<z.core.$ZodIssueCustom> {
	return { code: 'custom', message, params: { code }, input: undefined };
}

function show(value: unknown): string {
	if (value === null || value === undefined) return 'empty';
	if (Array.isArray(value)) return 'a list';
	return typeof value === 'object' ? 'a mapping' : JSON.stringify(value);
}
