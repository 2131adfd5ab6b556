import type { Interval } from './types.ts';

const COUNT = new Intl.NumberFormat('en');

/** A count with separators. */
export function countText(count: number): string {
	return COUNT.format(count);
}

/** `1 element`, `2 elements`. */
export function elementsText(count: number): string {
	return `${countText(count)} ${count === 1 ? 'element' : 'elements'}`;
}

/** A number with as many digits as matter beside a width. */
export function numberText(value: number, width: number): string {
	const digits = width > 0 ? Math.min(8, Math.max(2, 2 - Math.floor(Math.log10(width)))) : 8;
	return value.toFixed(digits).replace(/^-(0\.?0*)$/, '$1');
}

/** `0.4999 to 0.5001`, with its ends rounded to digits that its width shows. */
export function rangeText([low, high]: Interval): string {
	const width = high - low;
	const [from, to] = [numberText(low, width), numberText(high, width)];
	return from === to ? from : `${from} to ${to}`;
}
