import type { Interval } from './types.ts';

/** Vertices that a polygon has room for; more than cutting a box many times has ever left. */
const ROOM = 256;

/** A convex polygon in the plane, cut down half-plane by half-plane. Vertices go round it once. */
export class Polygon {
	#x = new Float64Array(ROOM);
	#y = new Float64Array(ROOM);
	#otherX = new Float64Array(ROOM);
	#otherY = new Float64Array(ROOM);
	#count = 0;

	/** The rectangle of two ranges. */
	static box([left, right]: Interval, [bottom, top]: Interval): Polygon {
		return Polygon.of([
			[left, bottom],
			[right, bottom],
			[right, top],
			[left, top],
		]);
	}

	/** The polygon of vertices that go round it once. */
	static of(vertices: readonly (readonly [x: number, y: number])[]): Polygon {
		const polygon = new Polygon();
		for (const [x, y] of vertices) polygon.#push(x, y);
		polygon.#swap();
		return polygon;
	}

	copy(): Polygon {
		return Polygon.of(this.vertices());
	}

	vertices(): [x: number, y: number][] {
		const points = Array.from(this.#x.subarray(0, this.#count));
		return points.map((x, i) => [x, this.#y[i] ?? NaN]);
	}

	/** The range of the first coordinate. */
	get width(): Interval {
		return rangeOf(this.#x.subarray(0, this.#count));
	}

	/** The range of the second coordinate. */
	get height(): Interval {
		return rangeOf(this.#y.subarray(0, this.#count));
	}

	/**
	 * Keeps what has low ≤ u·x + v·y ≤ high. Where nothing would be left, nothing is cut, and the answer
	 * is false.
	 */
	cut(u: number, v: number, low: number, high: number): boolean {
		const x = this.#x;
		const y = this.#y;
		const count = this.#count;
		let least = Infinity;
		let most = -Infinity;
		for (let i = 0; i < count; i++) {
			const value = u * (x[i] ?? 0) + v * (y[i] ?? 0);
			if (value < least) least = value;
			if (value > most) most = value;
		}
		if (least > high || most < low) return false;
		if (most > high) this.#keep(u, v, high);
		if (least < low) this.#keep(-u, -v, -low);
		return true;
	}

	/** Whether a point lies inside or on the border. A polygon without area has every point of its line. */
	contains(px: number, py: number): boolean {
		const points = this.vertices();
		let [left, right] = [true, true];
		points.forEach(([x0, y0], i) => {
			const [x1, y1] = points[(i + 1) % points.length] ?? [x0, y0];
			const side = (x1 - x0) * (py - y0) - (y1 - y0) * (px - x0);
			left &&= side >= 0;
			right &&= side <= 0;
		});
		return left || right;
	}

	/** Everything within a square of the given half width around a point of this polygon. */
	grown(by: number): Polygon {
		const corners = this.vertices().flatMap(([x, y]): [number, number][] => [
			[x - by, y - by],
			[x + by, y - by],
			[x + by, y + by],
			[x - by, y + by],
		]);
		return Polygon.of(hullOf(corners));
	}

	/** Keeps what has u·x + v·y ≤ limit, of which there is something. */
	#keep(u: number, v: number, limit: number): void {
		const [x, y, count] = [this.#x, this.#y, this.#count];
		let [x0, y0] = [x[count - 1] ?? 0, y[count - 1] ?? 0];
		let before = u * x0 + v * y0 - limit;
		this.#count = 0;
		for (let i = 0; i < count; i++) {
			const [x1, y1] = [x[i] ?? 0, y[i] ?? 0];
			const here = u * x1 + v * y1 - limit;
			if ((before < 0 && here > 0) || (before > 0 && here < 0)) {
				const share = before / (before - here);
				this.#push(x0 + share * (x1 - x0), y0 + share * (y1 - y0));
			}
			if (here <= 0) this.#push(x1, y1);
			[x0, y0, before] = [x1, y1, here];
		}
		this.#swap();
	}

	/** Adds a vertex of the polygon to come, unless it is the one before it. */
	#push(x: number, y: number): void {
		const [xs, ys, count] = [this.#otherX, this.#otherY, this.#count];
		if (count >= ROOM) throw new RangeError(`a polygon has more than ${ROOM} vertices`);
		if (count > 0 && xs[count - 1] === x && ys[count - 1] === y) return;
		xs[count] = x;
		ys[count] = y;
		this.#count = count + 1;
	}

	#swap(): void {
		[this.#x, this.#otherX] = [this.#otherX, this.#x];
		[this.#y, this.#otherY] = [this.#otherY, this.#y];
	}
}

function rangeOf(numbers: Float64Array): Interval {
	let [low, high] = [Infinity, -Infinity];
	for (const number of numbers) {
		low = Math.min(low, number);
		high = Math.max(high, number);
	}
	return [low, high];
}

type Point = readonly [x: number, y: number];

/** The convex hull of points, once round. Source: A. M. Andrew, Information Processing Letters 9, 1979. */
function hullOf(points: readonly Point[]): Point[] {
	const sorted = points.toSorted(([ax, ay], [bx, by]) => ax - bx || ay - by);
	const half = (list: readonly Point[]): Point[] => {
		const chain: Point[] = [];
		for (const point of list) {
			while (chain.length > 1 && !turnsLeft(chain.at(-2), chain.at(-1), point)) chain.pop();
			chain.push(point);
		}
		return chain.slice(0, -1);
	};
	return [...half(sorted), ...half(sorted.toReversed())];
}

function turnsLeft(a: Point | undefined, b: Point | undefined, [x, y]: Point): boolean {
	if (a === undefined || b === undefined) return true;
	return (b[0] - a[0]) * (y - a[1]) - (b[1] - a[1]) * (x - a[0]) > 0;
}
