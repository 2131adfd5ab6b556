import { z } from 'zod';

/** Schemas of values that locks and receipts are made of, and how such values are written. */

export const sha256Schema = z
	.string()
	.regex(/^[0-9a-f]{64}$/, 'expected a SHA-256 digest: 64 lower-case hexadecimal digits')
	.describe('SHA-256 digest in lower-case hex');

export const commitSchema = z
	.string()
	.regex(/^[0-9a-f]{40}$/, 'expected a commit: 40 lower-case hexadecimal digits')
	.describe('A commit of a repository on the Hub');

/** Who says a digest: someone else, whose word was taken, or whoever wrote this, having read the bytes. */
export const digestSourceSchema = z
	.enum(['quoted', 'computed'])
	.describe('quoted: as the Hub says it; computed: taken of the bytes that were read');

export type DigestSource = z.output<typeof digestSourceSchema>;

export const countSchema = z
	.string()
	.regex(/^(?:0|[1-9]\d{0,19})$/, 'expected a count: decimal digits in a string')
	.describe('A count of up to 64 bits, in decimal');

export const float32Schema = z
	.string()
	.regex(/^0x[0-9a-f]{8}$/, 'expected the bits of a float32: 0x and 8 hexadecimal digits')
	.describe('The bits of a float32, most significant first');

export const float64Schema = z
	.string()
	.regex(/^0x[0-9a-f]{16}$/, 'expected the bits of a float64: 0x and 16 hexadecimal digits')
	.describe('The bits of a float64, most significant first');

/** A whole number as a count. */
export function count(value: number): string {
	return BigInt(value).toString();
}

/** `0x3f800000` for 1. */
export function float32Bits(value: number): string {
	const view = new DataView(new ArrayBuffer(4));
	view.setFloat32(0, value);
	return `0x${view.getUint32(0).toString(16).padStart(8, '0')}`;
}

/** `0x3ff0000000000000` for 1. */
export function float64Bits(value: number): string {
	const view = new DataView(new ArrayBuffer(8));
	view.setFloat64(0, value);
	return `0x${view.getBigUint64(0).toString(16).padStart(16, '0')}`;
}

/** The number whose bits a string of either length has. */
export function floatOf(bits: string): number {
	const view = new DataView(new ArrayBuffer(8));
	view.setBigUint64(0, BigInt(bits));
	return bits.length > 10 ? view.getFloat64(0) : view.getFloat32(4);
}

/**
 * The smallest interval with ends on a grid that holds another one, as bits. Ends that trigonometric
 * functions were needed for may differ in their last bits between browsers; on the grid they agree.
 * @param step a power of two
 */
export function outward([least, most]: readonly [number, number], step: number): [string, string] {
	// Adding 0 makes a positive zero of a negative one.
	const [from, to] = [Math.floor(least / step) * step + 0, Math.ceil(most / step) * step + 0];
	return [float64Bits(from), float64Bits(to)];
}
