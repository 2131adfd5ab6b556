import { formatDuration } from './format.ts';

/** Bytes per second of a line of 100 Mbit/s, for the estimate before anything was measured. */
const EXAMPLE_RATE = 12_500_000;

/** How long so many bytes take on a line of 100 Mbit/s. */
export function timeText(bytes: number): string {
	return bytes < EXAMPLE_RATE ? '< 1 s' : formatDuration(bytes / EXAMPLE_RATE);
}
