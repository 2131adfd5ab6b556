/** Weights that bring a sum closest to a target, and how close. */
export interface LeastSquares {
	readonly weights: readonly number[];
	/** Root mean square of what is left. */
	readonly rest: number;
	/** Elements that could be used. */
	readonly elements: number;
}

/**
 * The weights that bring Σ wᵢ·xᵢ closest to a target, by the normal equations in float64; null where
 * the inputs do not decide them. For telling causes apart, not for deciding whether there is one.
 */
export function leastSquares(
	inputs: readonly ArrayLike<number>[],
	target: ArrayLike<number>,
): LeastSquares | null {
	const size = inputs.length;
	const rows = Array.from({ length: size }, () => new Array<number>(size + 1).fill(0));
	const value = new Float64Array(size);
	let [square, elements] = [0, 0];
	for (let i = 0; i < target.length; i++) {
		const wanted = target[i] ?? NaN;
		for (let j = 0; j < size; j++) value[j] = inputs[j]?.[i] ?? NaN;
		if (!Number.isFinite(wanted) || !value.every(Number.isFinite)) continue;
		elements++;
		square += wanted * wanted;
		for (const [j, row] of rows.entries()) {
			const x = value[j] ?? 0;
			for (let k = 0; k < size; k++) row[k] = (row[k] ?? 0) + x * (value[k] ?? 0);
			row[size] = (row[size] ?? 0) + x * wanted;
		}
	}
	const right = rows.map((row) => row[size] ?? 0);
	const weights = elements > size ? solve(rows) : null;
	if (weights === null) return null;
	const explained = weights.reduce((sum, weight, j) => sum + weight * (right[j] ?? 0), 0);
	return { weights, elements, rest: Math.sqrt(Math.max(0, square - explained) / elements) };
}

/** Gaussian elimination with pivots; null where the matrix is as good as singular. */
function solve(system: readonly (readonly number[])[]): number[] | null {
	const rows = system.map((row) => [...row]);
	const size = rows.length;
	const scale = Math.max(...rows.map((row, i) => Math.abs(row[i] ?? 0)));
	for (let column = 0; column < size; column++) {
		const pivots = rows.slice(column).map((row) => Math.abs(row[column] ?? 0));
		const best = column + pivots.indexOf(Math.max(...pivots));
		const [pivot, other] = [rows[best], rows[column]];
		if (pivot === undefined || other === undefined) return null;
		[rows[column], rows[best]] = [pivot, other];
		const first = pivot[column] ?? 0;
		if (!(Math.abs(first) > 1e-13 * scale)) return null;
		for (const [i, row] of rows.entries()) {
			if (i === column) continue;
			const factor = (row[column] ?? 0) / first;
			for (let k = column; k <= size; k++) row[k] = (row[k] ?? 0) - factor * (pivot[k] ?? 0);
		}
	}
	return rows.map((row, i) => (row[size] ?? 0) / (row[i] ?? NaN));
}
