import type { Kernels } from '../../kernels/index.ts';
import type { MergePlan, OpenFile } from '../../merge/index.ts';
import { checkWindow } from './checkWindow.ts';
import type { SpotFinding, SpotPlan, SpotRange, SpotWindow } from './types.ts';

/** Windows that are read at a time: enough to hide a server's answer time, few enough to be polite. */
const AT_A_TIME = 6;

export interface RunSpotOptions {
	readonly kernels: Kernels;
	/** Opens a weight file of one of the plan's models. */
	readonly open: OpenFile;
	readonly signal?: AbortSignal | undefined;
	/** After each window: its finding, and how many bytes it took. */
	readonly onFinding?: ((finding: SpotFinding, bytes: number) => void) | undefined;
}

/**
 * Reads a spot check's windows, several at a time, and checks them. Findings come in plan order.
 * Rejects with what reading rejects with, and as `checkWindow` does; nothing goes on after that.
 */
export async function runSpot(
	plan: MergePlan,
	spot: SpotPlan,
	options: RunSpotOptions,
): Promise<SpotFinding[]> {
	const stop = new AbortController();
	const signal = options.signal ? AbortSignal.any([options.signal, stop.signal]) : stop.signal;
	const findings: SpotFinding[] = [];
	const rest = spot.windows.entries();
	const work = async (): Promise<void> => {
		for (const [place, window] of rest)
			findings[place] = await check(plan, window, { ...options, signal });
	};
	const workers = Array.from({ length: Math.min(AT_A_TIME, spot.windows.length) }, async () => {
		try {
			await work();
		} catch (error) {
			stop.abort(error);
			throw error;
		}
	});
	await Promise.allSettled(workers);
	// The first failure stops the others, which fail for that.
	if (stop.signal.aborted) throw stop.signal.reason;
	return findings;
}

async function check(
	plan: MergePlan,
	window: SpotWindow,
	{ kernels, open, signal, onFinding }: RunSpotOptions,
): Promise<SpotFinding> {
	signal?.throwIfAborted();
	const read = async ({ model, file, start, end }: SpotRange): Promise<Uint8Array> =>
		open(model, file).read(start, end, { signal });
	const [inputs, published] = await Promise.all([
		Promise.all(window.ranges.map(read)),
		read(window.published),
	]);
	const finding = await checkWindow(kernels, plan, window, { inputs, published });
	const bytes = [...inputs, published].reduce((sum, { byteLength }) => sum + byteLength, 0);
	onFinding?.(finding, bytes);
	return finding;
}
