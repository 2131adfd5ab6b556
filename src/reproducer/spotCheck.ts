import { toRemeltError } from '../errors/index.ts';
import { planSpot } from '../verify/index.ts';
import type { SpotFinding } from '../verify/index.ts';
import type { Planned } from './planned.ts';
import { createProgressMeter } from './progress.ts';
import { checkSpots } from './run/checkSpots.ts';
import type { SpotWorker } from './run/spotProtocol.ts';
import type { Event } from './state.ts';

/** Milliseconds between two looks at a spot check's progress. */
const TICK = 250;

/** What a spot check does to the world. */
export interface SpotEffects {
	readonly spawnSpot: () => SpotWorker;
	/** Milliseconds since some moment; never runs backwards. */
	readonly now: () => number;
}

/** A sample seed of 47 bits that nobody can have prepared for; `random` fills words unpredictably. */
export function drawSampleSeed(
	random: (words: Uint32Array<ArrayBuffer>) => Uint32Array = (words) =>
		crypto.getRandomValues(words),
): number {
	const [high = 0, low = 0] = random(new Uint32Array(2));
	return (high >>> 17) * 2 ** 32 + low;
}

/** A sample seed as a reader types it; null where it is none. */
export function parseSampleSeed(text: string): number | null {
	const seed = /^\d{1,16}$/.test(text.trim()) ? Number(text) : Number.NaN;
	return Number.isSafeInteger(seed) ? seed : null;
}

/** Starts a spot check and reports it to the end; never rejects. */
export async function startSpot(parts: {
	readonly planned: Planned;
	readonly sampleSeed: number;
	readonly effects: SpotEffects;
	readonly stop: AbortController;
	readonly dispatch: (event: Event) => void;
	readonly id: number;
}): Promise<void> {
	const { planned, sampleSeed, effects, stop, dispatch, id } = parts;
	const { plan } = planned;
	const spot = planSpot(plan, { sampleSeed });
	const models = Object.fromEntries(
		[...planned.models].map(([key, { forWorker }]) => [key, forWorker]),
	);
	const meter = createProgressMeter(spot.totals.bytes, effects.now);
	const found: SpotFinding[] = [];
	const look = (): void => {
		dispatch({ type: 'found', job: id, progress: meter.snapshot(), findings: [...found] });
	};
	dispatch({ type: 'checking', job: id, spot });
	const began = effects.now();
	const timer = setInterval(look, TICK);
	try {
		const findings = await checkSpots(
			{ plan, spot, models },
			{
				spawn: effects.spawnSpot,
				signal: stop.signal,
				onFinding: (finding, bytes) => {
					meter.read(bytes);
					meter.finished(finding.index);
					found.push(finding);
				},
			},
		);
		const seconds = (effects.now() - began) / 1000;
		dispatch({ type: 'checked', job: id, findings, seconds });
	} catch (thrown) {
		look();
		const error = toRemeltError(thrown, 'kernel-failed');
		if (stop.signal.aborted && error.code === 'aborted') dispatch({ type: 'cancelled', job: id });
		else dispatch({ type: 'failed', job: id, error: error.serialize() });
	} finally {
		clearInterval(timer);
	}
}
