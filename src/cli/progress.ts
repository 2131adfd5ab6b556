import type { MergePlan, RunEvent } from '../merge/index.ts';
import { bytesText } from './print.ts';

/** How far a run is. */
export interface Progress {
	readonly tensors: number;
	readonly of: number;
	readonly bytes: number;
	readonly ofBytes: number;
	/** Bytes that an earlier run had read: they say nothing of this one's speed. */
	readonly before: number;
	readonly seconds: number;
}

/** Columns of the bar. */
const BAR = 24;

/** How far a run is, on one line: a bar where there is room for it, rate, and time left. */
export function progressText(progress: Progress, width = 80): string {
	const { tensors, of, bytes, ofBytes, before, seconds } = progress;
	const share = ofBytes > 0 ? Math.min(1, bytes / ofBytes) : tensors / Math.max(1, of);
	const rate = seconds > 0 ? (bytes - before) / seconds : 0;
	const left = rate > 0 ? `, ${timeText(Math.max(0, ofBytes - bytes) / rate)} left` : '';
	const percent = `${String(Math.floor(share * 100)).padStart(3)} %`;
	const text = `${percent}  ${tensors} of ${of} tensors, ${bytesText(bytes)} of ${bytesText(ofBytes)} read, ${bytesText(rate)}/s${left}`;
	const line = text.length + BAR + 2 <= width ? `${barText(share)} ${text}` : text;
	return line.slice(0, width);
}

function barText(share: number): string {
	const full = Math.round(share * BAR);
	return `${'█'.repeat(full)}${'░'.repeat(BAR - full)}`;
}

/** Seconds as one reads them: `45 s`, `12 min`, `3 h 20 min`. */
function timeText(seconds: number): string {
	if (seconds < 90) return `${Math.ceil(seconds)} s`;
	const minutes = Math.round(seconds / 60);
	return minutes < 90 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** Turns a run's events into lines about its progress. */
export function createMeter(
	plan: MergePlan,
	show: (line: string) => void,
	{
		done = { tensors: 0, bytes: 0 },
		width,
		now = () => performance.now(),
	}: {
		/** What an earlier run did. */
		readonly done?: { readonly tensors: number; readonly bytes: number } | undefined;
		readonly width?: number | undefined;
		/** Milliseconds. */
		readonly now?: (() => number) | undefined;
	} = {},
): (event: RunEvent) => void {
	const began = now();
	let { tensors, bytes } = done;
	return (event) => {
		if (event.kind === 'read') bytes += event.bytes;
		if (event.kind === 'finished') tensors++;
		const { tensors: of, bytesToRead: ofBytes } = plan.totals;
		const seconds = (now() - began) / 1000;
		show(progressText({ tensors, of, bytes, ofBytes, before: done.bytes, seconds }, width));
	};
}
