/** A half-open range of bytes. */
export interface ByteRange {
	readonly start: number;
	readonly end: number;
}

/** Ranges that are read in one request. */
export interface RangeGroup extends ByteRange {
	/** Indices of the ranges that lie in it, by where they start. */
	readonly members: readonly number[];
}

export interface CoalesceOptions {
	/** The longest request in bytes, but for a single range that is longer; default 64 MiB. */
	readonly maxBytes?: number | undefined;
	/** The most bytes between two ranges that are read for nothing; default 64 KiB. */
	readonly maxGap?: number | undefined;
}

/** Few enough requests for the quota: 43 GB are 650 of them. */
export const MAX_BYTES = 2 ** 26;
/** Takes less time on most lines than a request of its own. */
export const MAX_GAP = 2 ** 16;

/**
 * Puts neighbours together, in the order of the file. Ranges may touch, overlap, and come in any order;
 * empty ones are left out. No two groups that follow each other could be one within the limits.
 */
export function coalesce(
	ranges: readonly ByteRange[],
	{ maxBytes = MAX_BYTES, maxGap = MAX_GAP }: CoalesceOptions = {},
): readonly RangeGroup[] {
	const sorted = ranges
		.map(({ start, end }, index) => ({ start, end, index }))
		.filter(({ start, end }) => end > start)
		.sort((a, b) => a.start - b.start || a.end - b.end);
	const groups: { start: number; end: number; members: number[] }[] = [];
	for (const { start, end, index } of sorted) {
		const group = groups.at(-1);
		const joins =
			group !== undefined &&
			(end <= group.end || (start <= group.end + maxGap && end - group.start <= maxBytes));
		if (!joins) {
			groups.push({ start, end, members: [index] });
			continue;
		}
		group.end = Math.max(group.end, end);
		group.members.push(index);
	}
	return groups;
}
