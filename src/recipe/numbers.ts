const NUMERAL = /^[+-]?(?:\d+(?:_\d+)*\.?(?:\d+(?:_\d+)*)?|\.\d+(?:_\d+)*)(?:e[+-]?\d+)?$/i;

/**
 * A value as the finite number that mergekit's schema (pydantic) makes of it: numbers, booleans as 1
 * and 0, strings that read as a number. Null for anything else.
 */
export function coerceNumber(value: unknown): number | null {
	if (typeof value === 'boolean') return value ? 1 : 0;
	if (typeof value === 'number') return Number.isFinite(value) ? value : null;
	if (typeof value !== 'string') return null;
	const text = value.trim();
	const read = NUMERAL.test(text) ? Number(text.replaceAll('_', '')) : NaN;
	return Number.isFinite(read) ? read : null;
}

const ON = new Set(['1', 'on', 't', 'true', 'y', 'yes']);
const OFF = new Set(['0', 'off', 'f', 'false', 'n', 'no']);

/**
 * A value as the boolean that pydantic makes of it: booleans, 0 and 1, and the usual words in text.
 * Null for anything else.
 */
export function coerceFlag(value: unknown): boolean | null {
	if (typeof value === 'boolean') return value;
	if (value === 0 || value === 1) return value === 1;
	if (typeof value !== 'string') return null;
	const word = value.toLowerCase();
	return ON.has(word) ? true : OFF.has(word) ? false : null;
}
