import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson } from '../../src/receipt/index.ts';

/** The float64 with these bits. */
function float(bits: string): number {
	const view = new DataView(new ArrayBuffer(8));
	view.setBigUint64(0, BigInt(`0x${bits}`));
	return view.getFloat64(0);
}

/** RFC 8785, appendix B. */
const NUMBERS: readonly (readonly [bits: string, text: string])[] = [
	['0000000000000000', '0'],
	['8000000000000000', '0'],
	['0000000000000001', '5e-324'],
	['8000000000000001', '-5e-324'],
	['7fefffffffffffff', '1.7976931348623157e+308'],
	['ffefffffffffffff', '-1.7976931348623157e+308'],
	['4340000000000000', '9007199254740992'],
	['c340000000000000', '-9007199254740992'],
	['4430000000000000', '295147905179352830000'],
	['44b52d02c7e14af5', '9.999999999999997e+22'],
	['44b52d02c7e14af6', '1e+23'],
	['44b52d02c7e14af7', '1.0000000000000001e+23'],
	['444b1ae4d6e2ef4e', '999999999999999700000'],
	['444b1ae4d6e2ef4f', '999999999999999900000'],
	['444b1ae4d6e2ef50', '1e+21'],
	['3eb0c6f7a0b5ed8c', '9.999999999999997e-7'],
	['3eb0c6f7a0b5ed8d', '0.000001'],
	['41b3de4355555553', '333333333.3333332'],
	['41b3de4355555554', '333333333.33333325'],
	['41b3de4355555555', '333333333.3333333'],
	['41b3de4355555556', '333333333.3333334'],
	['41b3de4355555557', '333333333.33333343'],
	['becbf647612f3696', '-0.0000033333333333333333'],
	['43143ff3c1cb0959', '1424953923781206.2'],
];

describe('canonical JSON', () => {
	it.each(NUMBERS)('prints the number with the bits %s as RFC 8785 does: %s', (bits, text) => {
		expect(canonicalJson(float(bits))).toBe(text);
	});

	it('is that of RFC 8785’s example, byte for byte', () => {
		const value: unknown = JSON.parse(String.raw`{
			"numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
			"string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
			"literals": [null, true, false]
		}`);
		const bytes = new TextEncoder().encode(canonicalJson(value));
		const expected = `
			7b 22 6c 69 74 65 72 61 6c 73 22 3a 5b 6e 75 6c 6c 2c 74 72 75 65 2c 66 61 6c 73 65 5d 2c 22 6e 75 6d
			62 65 72 73 22 3a 5b 33 33 33 33 33 33 33 33 33 2e 33 33 33 33 33 33 33 2c 31 65 2b 33 30 2c 34 2e 35
			2c 30 2e 30 30 32 2c 31 65 2d 32 37 5d 2c 22 73 74 72 69 6e 67 22 3a 22 e2 82 ac 24 5c 75 30 30 30 66
			5c 6e 41 27 42 5c 22 5c 5c 5c 5c 5c 22 2f 22 7d`;
		const found = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(' ');
		expect(found).toBe(expected.trim().replace(/\s+/g, ' '));
	});

	it('sorts keys by their UTF-16 units, as in RFC 8785’s example', () => {
		const value = {
			'\u20ac': 'Euro Sign',
			'\r': 'Carriage Return',
			'\ufb33': 'Hebrew Letter Dalet With Dagesh',
			1: 'One',
			'\ud83d\ude00': 'Emoji: Grinning Face',
			'\u0080': 'Control',
			'\u00f6': 'Latin Small Letter O With Diaeresis',
		};
		const order = [...canonicalJson(value).matchAll(/:"([^"]*)"/g)].map(([, text]) => text);
		expect(order).toEqual([
			'Carriage Return',
			'One',
			'Control',
			'Latin Small Letter O With Diaeresis',
			'Euro Sign',
			'Emoji: Grinning Face',
			'Hebrew Letter Dalet With Dagesh',
		]);
	});

	it('escapes control characters as the RFC does, and nothing else', () => {
		expect(canonicalJson('\b\t\n\f\r\u0000\u001f\u007f\u2028"\\/é')).toBe(
			'"\\b\\t\\n\\f\\r\\u0000\\u001f\u007f\u2028\\"\\\\/é"',
		);
	});

	it('says the same of any JSON, in whatever order its keys are', () => {
		fc.assert(
			fc.property(fc.jsonValue(), (value) => {
				const read = JSON.parse(JSON.stringify(value)) as unknown;
				if (!wellFormed(read)) return;
				const text = canonicalJson(read);
				expect(JSON.parse(text)).toEqual(plus(read));
				expect(canonicalJson(JSON.parse(text))).toBe(text);
				expect(canonicalJson(reversed(read))).toBe(text);
			}),
		);
	});

	it.each([
		['NaN', NaN],
		['an infinity', -Infinity],
		['undefined', undefined],
		['an undefined property', { a: undefined }],
		['an undefined item', [undefined]],
		['a hole', Array(3)],
		['a big integer', 1n],
		['a function', () => 1],
		['a date', new Date(0)],
		['a map', new Map()],
		['a first half of a pair', '\ud83d'],
		['a second half of a pair', { a: ['\ude00'] }],
		['half of a pair in a key', { '\ud83d': 1 }],
	])('refuses %s', (_, value) => {
		expect(() => canonicalJson(value)).toThrow(TypeError);
	});

	it('refuses cycles instead of following them, and says where a value is wrong', () => {
		const cycle: unknown[] = [];
		cycle.push(cycle);
		expect(() => canonicalJson(cycle)).toThrow(TypeError);
		expect(() => canonicalJson({ a: [{ b: NaN }] })).toThrow('a.0.b is NaN');
	});

	it('keeps a key called __proto__', () => {
		expect(canonicalJson(JSON.parse('{"b":1,"__proto__":2}'))).toBe('{"__proto__":2,"b":1}');
	});
});

function wellFormed(value: unknown): boolean {
	if (typeof value === 'string') return value.isWellFormed();
	if (typeof value !== 'object' || value === null) return true;
	return Object.entries(value).every((pair) => pair.every(wellFormed));
}

/** The same with -0 as 0. */
function plus(value: unknown): unknown {
	return JSON.parse(JSON.stringify(value)) as unknown;
}

/** The same with the keys of all objects in reverse order. */
function reversed(value: unknown): unknown {
	if (Array.isArray(value)) return value.map(reversed);
	if (typeof value !== 'object' || value === null) return value;
	const members = Object.entries(value).toReversed();
	return Object.fromEntries(members.map(([key, member]) => [key, reversed(member)]));
}
