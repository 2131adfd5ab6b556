import { summarizeSpot } from '../verify/index.ts';
import { formatBytes, formatCount, formatDuration, plural } from './format.ts';
import type { Progress } from './progress.ts';
import type { Mode, State } from './state.ts';

/** How each mode is called. */
export const MODE_NAMES: Readonly<Record<Mode, string>> = {
	check: 'Check of the published weights',
	rehearsal: 'Rehearsal on toy weights',
	folders: 'Merge of your own folders',
};

/** Bytes read of all, as a whole percentage that reaches 100 only at the end. */
export function percentOf(progress: Progress, totalBytes: number): number {
	if (totalBytes === 0) return 0;
	return Math.min(99, Math.floor((progress.bytesRead / totalBytes) * 100));
}

/** What a screen reader hears of a state; empty where there is nothing to say. */
export function describe(state: State): string {
	switch (state.phase) {
		case 'idle':
		case 'choosing':
			return '';
		case 'reading':
			return `${MODE_NAMES[state.job.mode]}: reading headers.`;
		case 'planned': {
			const { tensors, bytesToRead } = state.plan.totals;
			return `The plan is ready: ${plural(tensors, 'tensor')}, ${formatBytes(bytesToRead)} to read.`;
		}
		case 'checking': {
			const { progress, spot } = state;
			const percent = percentOf(progress, spot.totals.bytes);
			return `${String(percent)} percent, ${formatCount(progress.tensorsDone)} of ${plural(spot.totals.tensors, 'tensor')}.`;
		}
		case 'checked':
			return `Done: ${summarizeSpot(state.plan, state.findings, state.spot).sentence}`;
		case 'running': {
			const { progress, plan } = state;
			const left =
				progress.timeLeft === null ? '' : `, about ${formatDuration(progress.timeLeft)} left`;
			const percent = percentOf(progress, plan.totals.bytesToRead);
			return `${String(percent)} percent, ${formatCount(progress.tensorsDone)} of ${plural(plan.totals.tensors, 'tensor')}${left}.`;
		}
		case 'paused':
			return 'Paused.';
		case 'cancelled':
			return 'Cancelled. Nothing was kept.';
		case 'failed':
			return `Stopped: ${state.error.message}`;
		case 'done':
			return `Done: ${plural(state.outcome.results.length, 'tensor')} merged in ${formatDuration(state.seconds)}.`;
	}
}

/** The tab's title while the reproducer is at work; `page` otherwise. */
export function tabTitle(state: State, page: string): string {
	switch (state.phase) {
		case 'idle':
		case 'choosing':
		case 'planned':
			return page;
		case 'reading':
			return `Reading headers · ${page}`;
		case 'checking':
			return `${String(percentOf(state.progress, state.spot.totals.bytes))} % · ${page}`;
		case 'running':
			return `${String(percentOf(state.progress, state.plan.totals.bytesToRead))} % · ${page}`;
		case 'paused':
			return `Paused · ${page}`;
		case 'cancelled':
			return `Cancelled · ${page}`;
		case 'failed':
			return `Stopped · ${page}`;
		case 'checked':
		case 'done':
			return `Done · ${page}`;
	}
}
