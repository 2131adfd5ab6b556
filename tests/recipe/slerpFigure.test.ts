import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
	degreesOf,
	interpolate,
	norm,
	polar,
	THRESHOLD_DEGREES,
} from '../../src/components/figures/slerpMath.ts';

/** Rounding of a few double operations on numbers near 1. */
const CLOSE = 1e-12;

const angle = fc.double({ min: 3, max: 177, noNaN: true });
const share = fc.double({ min: 0, max: 1, noNaN: true });

describe('slerp of two vectors in the figure', () => {
	it('keeps the length and turns evenly where the lengths are equal', () => {
		fc.assert(
			fc.property(angle, share, (degrees, t) => {
				const { slerp } = interpolate(polar(1, 0), polar(1, degrees), t);
				expect(Math.abs(norm(slerp) - 1)).toBeLessThan(CLOSE);
				expect(Math.abs(degreesOf(slerp) - t * degrees)).toBeLessThan(1e-9);
			}),
		);
	});

	it('begins and ends at the vectors, whatever their lengths', () => {
		const a = polar(0.5, 20);
		const b = polar(1.3, 100);
		for (const [t, end] of [
			[0, a],
			[1, b],
		] as const) {
			const { slerp, lerp } = interpolate(a, b, t);
			for (const vector of [slerp, lerp])
				expect(Math.hypot(vector.x - end.x, vector.y - end.y)).toBeLessThan(CLOSE);
		}
	});

	it('is an average below the angle whose cosine is 0.9995, and near 180°', () => {
		// acos(1 − δ) = √(2δ) (1 + δ/12 + …) for δ = 0.0005, in degrees
		expect(THRESHOLD_DEGREES).toBeCloseTo(1.811927, 6);
		const branch = (degrees: number): string =>
			interpolate(polar(1, 0), polar(1, degrees), 0.5).branch;
		expect(branch(1.811)).toBe('linear');
		expect(branch(1.813)).toBe('great-circle');
		expect(branch(178.18)).toBe('great-circle');
		expect(branch(178.2)).toBe('linear');
	});

	it('has lerp halfway between perpendicular vectors shorter by 1 − 1/√2', () => {
		const { lerp, weights } = interpolate(polar(1, 0), polar(1, 90), 0.5);
		expect(Math.abs(norm(lerp) - Math.SQRT1_2)).toBeLessThan(CLOSE);
		expect(weights[0]).toBeCloseTo(Math.SQRT1_2, 12);
	});

	it('counts a zero vector as orthogonal', () => {
		const { cosine, weights } = interpolate({ x: 0, y: 0 }, polar(1, 0), 0.5);
		expect(cosine).toBe(0);
		expect(weights[1]).toBeCloseTo(Math.sin(Math.PI / 4), 12);
	});
});
