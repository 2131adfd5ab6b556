import { z } from 'zod';
import type { ErrorCode } from '../errors/index.ts';
import { DTYPE_NAMES, readDtype } from './dtypes.ts';
import { coerceFlag, coerceNumber } from './numbers.ts';
import { formatReference, parseModelReference } from './references.ts';
import type { Scalar } from './types.ts';
import { YamlDate } from './yamlScalars.ts';

// Pages forbid code from strings; zod would otherwise try whether it may compile its checks.
z.config({ jitless: true });

/** A model reference as a recipe gives it, in the text form. */
export interface WrittenReference {
	readonly text: string;
	/** `override_architecture` of the mapping form. */
	readonly architecture: string | null;
}

const scalar = z.unknown().transform((value, context): Scalar => {
	if (typeof value === 'number' || typeof value === 'boolean' || typeof value === 'string')
		return value;
	context.addIssue(`must be a number, not ${show(value)}`);
	return z.NEVER;
});

const gradient = z.array(scalar).readonly();

const scalarOrGradient = z.unknown().transform((value, context) => {
	const part: z.ZodType<Scalar | readonly Scalar[]> = Array.isArray(value) ? gradient : scalar;
	return passOn(part, value, context);
});

/** The filter of a conditional value. */
export const filter = z
	.string({ error: ({ input }) => filterProblem(input) })
	.nullable()
	.default(null);

/** The value of a conditional value. */
export const conditionalValue = scalarOrGradient;

/**
 * What a parameter may be: a value, a gradient, a conditional value or a list of those. Values are kept
 * as they are written: whether they are numbers is asked when they are needed.
 */
export function settingOf<Entry>(
	entry: z.ZodType<Entry>,
): z.ZodPipe<z.ZodUnknown, z.ZodTransform<SettingOf<Entry>>> {
	return z.unknown().transform((value, context): SettingOf<Entry> => {
		if (isMapping(value)) return passOn(entry, value, context);
		if (Array.isArray(value) && value.some(isMapping))
			return passOn(z.array(entry).readonly(), value, context);
		return passOn(scalarOrGradient, value, context);
	});
}

type SettingOf<Entry> = Scalar | readonly Scalar[] | readonly Entry[] | Entry;

/** A model reference, as text or as a mapping. */
export const reference = z.unknown().transform((value, context): WrittenReference => {
	const read = readReference(value);
	if (read !== null) return read;
	context.addIssue(
		typeof value === 'string' || isMapping(value)
			? 'is not a model reference: those read owner/name, owner/name@revision, or owner/name+adapter'
			: `must be a model's name, not ${show(value)}`,
	);
	return z.NEVER;
});

/** @returns null for what mergekit refuses, and for what the text form cannot say. */
export function readReference(value: unknown): WrittenReference | null {
	if (typeof value === 'string')
		return parseModelReference(value) === null ? null : { text: value, architecture: null };
	if (!isMapping(value)) return null;
	const model = readPath(value['model']);
	const lora = value['lora'] == null ? undefined : readPath(value['lora']);
	const architecture = value['override_architecture'] ?? null;
	if (model === null || lora === null) return null;
	if (architecture !== null && typeof architecture !== 'string') return null;
	const text = formatReference({ ...model, lora: lora ?? null });
	return parseModelReference(text) === null ? null : { text, architecture };
}

function readPath(value: unknown): { path: string; revision: string | null } | null {
	const parts = typeof value === 'string' ? value.split('@') : null;
	const { path, revision } = isMapping(value) ? value : { path: parts?.[0], revision: parts?.[1] };
	if (typeof path !== 'string' || path.includes('+') || (parts?.length ?? 1) > 2) return null;
	if (revision != null && typeof revision !== 'string') return null;
	return { path, revision: revision ?? null };
}

/** A layer's number; numbers in text count, as pydantic has it. */
export const layerNumber = z.unknown().transform((value, context) => {
	const read = coerceNumber(value);
	if (read !== null && Number.isSafeInteger(read)) return read;
	context.addIssue(`must be a whole number, not ${show(value)}`);
	return z.NEVER;
});

/** A number or nothing. */
export const optionalNumber = z.unknown().transform((value, context) => {
	const read = value == null ? null : coerceNumber(value);
	if (read !== null || value == null) return read;
	context.addIssue(`must be a number, not ${show(value)}`);
	return z.NEVER;
});

/** A whole number or nothing. */
export const optionalInteger = optionalNumber.refine(
	(value) => value === null || Number.isSafeInteger(value),
	'must be a whole number',
);

/** Yes or no; the usual words in text count, as pydantic has it. */
export const flag = z.unknown().transform((value, context) => {
	const read = coerceFlag(value);
	if (read !== null) return read;
	context.addIssue(`must be true or false, not ${show(value)}`);
	return z.NEVER;
});

/** The name of a dtype, or nothing. */
export const dtype = z.unknown().transform((value, context) => {
	if (value == null || value === '') return null;
	const read = typeof value === 'string' ? readDtype(value) : null;
	if (read !== null && read.dtype !== null) return read.dtype;
	context.addIssue(
		refusal(
			'dtype-unsupported',
			read === null
				? `is ${show(value)}; dtypes are ${DTYPE_NAMES.join(', ')}`
				: `is ${show(value)}, which ${read.knownTo}, and for which Remelt has no kernels; it has them for ${DTYPE_NAMES.join(', ')}`,
		),
	);
	return z.NEVER;
});

/** Runs another schema in place of this one, its issues with it. */
export function passOn<T>(part: z.ZodType<T>, value: unknown, context: z.RefinementCtx): T {
	const result = part.safeParse(value);
	if (result.success) return result.data;
	for (const { path, message } of result.error.issues)
		context.addIssue({ code: 'custom', path, message });
	return z.NEVER;
}

export function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
	return (
		typeof value === 'object' &&
		value !== null &&
		!Array.isArray(value) &&
		!(value instanceof YamlDate)
	);
}

/** A value in words, for messages. */
export function show(value: unknown): string {
	if (value === null || value === undefined) return 'empty';
	if (Array.isArray(value)) return 'a list';
	if (value instanceof YamlDate) return `the date ${value.iso}`;
	return typeof value === 'object' ? 'a mapping' : JSON.stringify(value);
}

function filterProblem(input: unknown): string {
	const boolean = ': YAML 1.1 reads yes, no, on and off as booleans, so put the word in quotes';
	return `must be part of a tensor's name, not ${show(input)}${typeof input === 'boolean' ? boolean : ''}`;
}

/** An issue that becomes an error with a code of its own. */
function refusal(code: ErrorCode, message: string): z.core.$ZodRawIssue<z.core.$ZodIssueCustom> {
	return { code: 'custom', message, params: { code }, input: undefined };
}
