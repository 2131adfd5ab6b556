import { RemeltError } from '../errors/index.ts';
import type { MergePlan } from '../merge/index.ts';
import { meaningOf, planSpot, TRIED_SEMANTICS } from '../verify/index.ts';
import type { SpotFinding, SpotPlan } from '../verify/index.ts';
import type { Planned } from './planned.ts';
import { createProgressMeter } from './progress.ts';
import { checkSpots } from './run/checkSpots.ts';
import type { SpotWorker } from './run/spotProtocol.ts';
import type { Event } from './state.ts';
import { endOf } from './work.ts';

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

/** What one semantics came to. */
export interface SpotAttempt {
	readonly plan: MergePlan;
	readonly spot: SpotPlan;
	/** In plan order. */
	readonly findings: readonly SpotFinding[];
}

interface SpotParts {
	readonly planned: Planned;
	readonly sampleSeed: number;
	readonly effects: SpotEffects;
	readonly stop: AbortController;
	readonly dispatch: (event: Event) => void;
	readonly id: number;
	/** Another plan than the planned one is not contradicted. */
	readonly onFit: (plan: MergePlan) => void;
}

/**
 * Starts a spot check and reports it to the end; never rejects. A contradiction is tried by the other
 * semantics before it is one, on the same windows, which are not read again.
 */
export async function startSpot(parts: SpotParts): Promise<void> {
	const { planned, sampleSeed, effects, stop, dispatch, id } = parts;
	const models = Object.fromEntries(
		[...planned.models].map(([key, { forWorker }]) => [key, forWorker]),
	);
	const spot = planSpot(planned.plan, { sampleSeed });
	const meter = createProgressMeter(spot.totals.bytes, effects.now);
	const attempts: SpotAttempt[] = [];
	const others = otherPlans(planned);
	const found: SpotFinding[] = [];
	const look = (): void => {
		dispatch({ type: 'found', job: id, progress: meter.snapshot(), findings: [...found] });
	};
	let current = { plan: planned.plan, spot };
	dispatch({ type: 'checking', job: id, spot });
	const began = effects.now();
	const timer = setInterval(look, TICK);
	try {
		await checkSpots(
			{ ...current, models },
			{
				spawn: effects.spawnSpot,
				signal: stop.signal,
				onFinding: (finding, bytes) => {
					if (attempts.length > 0) return;
					meter.read(bytes);
					meter.finished(finding.index);
					found.push(finding);
				},
				onDone: (findings) => {
					attempts.push({ ...current, findings });
					const plan = isContradicted(findings) ? others.next().value : undefined;
					if (plan === undefined) return null;
					current = { plan, spot: planSpot(plan, { sampleSeed }) };
					return { ...current, models };
				},
			},
		);
		report(parts, attempts, (effects.now() - began) / 1000);
	} catch (thrown) {
		look();
		dispatch(endOf(thrown, stop, id));
	} finally {
		clearInterval(timer);
	}
}

/** The first attempt that is not contradicted, else the first of all, with what contradicts it elsewhere. */
function report(
	{ dispatch, id, onFit }: SpotParts,
	attempts: readonly SpotAttempt[],
	seconds: number,
): void {
	const fitting = attempts.find(({ findings }) => !isContradicted(findings)) ?? attempts[0];
	if (fitting === undefined) return;
	const contradicted = attempts
		.filter(({ findings }) => isContradicted(findings))
		.map(({ plan }) => plan.semantics);
	if (fitting !== attempts[0]) onFit(fitting.plan);
	dispatch({ type: 'checked', job: id, ...fitting, contradicted, seconds });
}

function isContradicted(findings: readonly SpotFinding[]): boolean {
	return findings.some(({ finding }) => finding === 'different');
}

/** Plans by the other semantics, as far as they mean anything else and do not refuse the recipe. */
function* otherPlans({ plan: first, planFor }: Planned): Generator<MergePlan, undefined> {
	const meanings = new Set([meaningOf(first)]);
	for (const semantics of TRIED_SEMANTICS) {
		const plan = planOrNull(planFor, semantics);
		if (plan === null || meanings.has(meaningOf(plan))) continue;
		meanings.add(meaningOf(plan));
		yield plan;
	}
}

function planOrNull(planFor: Planned['planFor'], semantics: string): MergePlan | null {
	try {
		return planFor(semantics);
	} catch (error) {
		if (error instanceof RemeltError) return null;
		throw error;
	}
}
