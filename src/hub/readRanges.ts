import type { ByteSource } from '../tensors/index.ts';
import { coalesce, type ByteRange, type CoalesceOptions, type RangeGroup } from './coalesce.ts';

/** Requests at a time; more bring little, since one connection carries them all. */
const PARALLEL = 4;

export interface ReadRangesOptions extends CoalesceOptions {
	readonly signal?: AbortSignal | undefined;
	/** Requests at a time; default 4. */
	readonly parallel?: number | undefined;
}

/**
 * Many ranges of one file, neighbours in one request: the bytes of each, in the order of `ranges`. What
 * is handed out shares no memory. Holds all of it, and `parallel` requests of up to `maxBytes`. Throws
 * what `source.read` rejects with; then no request is under way any more.
 */
export async function readRanges(
	source: ByteSource,
	ranges: readonly ByteRange[],
	{ signal, parallel = PARALLEL, ...limits }: ReadRangesOptions = {},
): Promise<readonly Uint8Array[]> {
	const slices: Uint8Array[] = ranges.map(() => new Uint8Array(0));
	const queue = coalesce(ranges, limits).values();
	const failed = new AbortController();
	const stop = signal ? AbortSignal.any([signal, failed.signal]) : failed.signal;
	const work = async (): Promise<void> => {
		for (const group of queue) {
			const bytes = await source.read(group.start, group.end, { signal: stop });
			for (const [index, slice] of slicesOf(group, bytes, ranges)) slices[index] = slice;
		}
	};
	let failure: { readonly error: unknown } | null = null;
	const fail = (error: unknown): void => {
		// What fails after the first one was stopped by it.
		failure ??= { error };
		failed.abort();
	};
	await Promise.all(Array.from({ length: parallel }, async () => work().catch(fail)));
	throwFailure(failure);
	return slices;
}

function throwFailure(failure: { readonly error: unknown } | null): void {
	if (failure !== null) throw failure.error;
}

/** What each member of a group has of its bytes: a copy where there are several. */
function slicesOf(
	{ start, members }: RangeGroup,
	bytes: Uint8Array,
	ranges: readonly ByteRange[],
): (readonly [number, Uint8Array])[] {
	const [first] = members;
	if (first !== undefined && members.length === 1) return [[first, bytes]];
	return members.map((index) => {
		const range = ranges[index];
		if (range === undefined) throw new RangeError(`no range ${index}`);
		return [index, bytes.slice(range.start - start, range.end - start)] as const;
	});
}
