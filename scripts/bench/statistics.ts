/** What is made of repeated measurements, and how it is written down. */

/** NaN where there are no numbers. */
export function median(numbers: readonly number[]): number {
	const sorted = numbers.toSorted((x, y) => x - y);
	const half = sorted.length >> 1;
	const upper = sorted[half] ?? NaN;
	return sorted.length % 2 === 1 ? upper : ((sorted[half - 1] ?? NaN) + upper) / 2;
}

/** How far the numbers lie apart: (largest − smallest) / median. */
export function spread(numbers: readonly number[]): number {
	return (Math.max(...numbers) - Math.min(...numbers)) / median(numbers);
}

/** Three significant digits, without an exponent. */
export function digits(value: number): string {
	if (!Number.isFinite(value)) return '–';
	if (value === 0) return '0';
	const places = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))));
	return value.toFixed(Math.min(places, 3));
}

export function percent(share: number): string {
	return Number.isFinite(share) ? `${(100 * share).toFixed(0)} %` : '–';
}

/** A ratio as it is read aloud: `3.4×`. */
export function times(ratio: number): string {
	return Number.isFinite(ratio) ? `${digits(ratio)}×` : '–';
}

/** A Markdown table whose columns stand straight, as Prettier writes it; numbers to the right. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
	const widths = head.map((cell, i) =>
		Math.max(3, ...[cell, ...rows.map((row) => row[i] ?? '')].map((text) => text.length)),
	);
	const line = (cells: readonly string[]): string => {
		const padded = widths.map((width, i) => {
			const cell = cells[i] ?? '';
			return i === 0 ? cell.padEnd(width) : cell.padStart(width);
		});
		return `| ${padded.join(' | ')} |`;
	};
	const rule = widths.map((width, i) =>
		i === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`,
	);
	return [line(head), `| ${rule.join(' | ')} |`, ...rows.map(line)].join('\n');
}
