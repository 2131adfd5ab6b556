import { describe, expect, test } from 'vitest';
import { RemeltError } from '../../src/errors/index.ts';
import type { BackendChoice } from '../../src/kernels/index.ts';
import { computingOf } from '../../src/reproducer/computing.ts';
import { describe as say, tabTitle } from '../../src/reproducer/describe.ts';
import { NO_PROGRESS } from '../../src/reproducer/progress.ts';
import { IDLE, reduce } from '../../src/reproducer/state.ts';
import type { Event, Job, State } from '../../src/reproducer/state.ts';
import { slerpResult, smallPlan } from './plans.ts';

const job: Job = { id: 1, mode: 'rehearsal', recipe: 'merge_method: slerp', variant: false };
const plan = smallPlan();
const computing = computingOf(plan, false, 'auto');
const error = new RemeltError('network-failed', 'The Hub did not answer.').serialize();
const outcome = { results: [slerpResult(0)], bytesRead: 80 };
const finished: Event = {
	type: 'finished',
	job: 1,
	outcome,
	seconds: 2,
	kept: { kind: 'nothing' },
};

function after(...events: Event[]): State {
	return events.reduce(reduce, IDLE);
}

const planned: readonly Event[] = [
	{ type: 'asked', job },
	{ type: 'planned', job: 1, plan },
];
const running: readonly Event[] = [...planned, { type: 'started', job: 1, computing }];

describe('a job', () => {
	test('goes from headers over the plan and the run to the result', () => {
		expect(after({ type: 'asked', job }).phase).toBe('reading');
		expect(after(...planned).phase).toBe('planned');
		expect(after(...running).phase).toBe('running');
		expect(after(...running, finished)).toMatchObject({ phase: 'done', outcome, seconds: 2 });
	});

	test('can be paused and resumed, and progress reaches it while paused', () => {
		const progress = { ...NO_PROGRESS, tensorsDone: 1, bytesRead: 16 };
		const paused = after(
			...running,
			{ type: 'paused', job: 1 },
			{ type: 'progressed', job: 1, progress, results: [slerpResult(0)] },
		);
		expect(paused).toMatchObject({ phase: 'paused', progress: { tensorsDone: 1 } });
		expect(reduce(paused, { type: 'resumed', job: 1 }).phase).toBe('running');
	});

	test('shows what its workers compute with', () => {
		const choice: BackendChoice = {
			setting: 'auto',
			gpu: { compare: true, combine: false },
			device: '',
			advantage: { compare: 2, combine: 0.5 },
			problem: null,
		};
		const chosen = after(...running, { type: 'computing', job: 1, choice });
		expect(chosen).toMatchObject({ phase: 'running', computing: { setting: 'auto', choice } });
		expect(reduce(chosen, finished)).toMatchObject({ phase: 'done', computing: { choice } });
		expect(after(...planned, { type: 'computing', job: 1, choice }).phase).toBe('planned');
	});

	test('that is cancelled while running keeps its plan and can be started again', () => {
		const cancelled = after(...running, { type: 'cancelled', job: 1 });
		expect(cancelled).toMatchObject({ phase: 'cancelled', plan: { method: 'slerp' } });
		expect(reduce(cancelled, { type: 'started', job: 1, computing })).toMatchObject({
			phase: 'running',
			progress: { tensorsDone: 0 },
		});
	});

	test('that is cancelled while reading headers is forgotten', () => {
		expect(after({ type: 'asked', job }, { type: 'cancelled', job: 1 })).toEqual(IDLE);
	});

	test('that fails says how far it got', () => {
		const progress = { ...NO_PROGRESS, tensorsDone: 3, active: [3] };
		const failed = after(
			...running,
			{ type: 'progressed', job: 1, progress, results: [] },
			{ type: 'failed', job: 1, error },
		);
		expect(failed).toMatchObject({
			phase: 'failed',
			progress: { tensorsDone: 3, active: [] },
			error: { code: 'network-failed' },
		});
	});

	test('that fails before there is a plan has none', () => {
		const failed = after({ type: 'asked', job }, { type: 'failed', job: 1, error });
		expect(failed).toMatchObject({ phase: 'failed', plan: null });
		expect(reduce(failed, { type: 'started', job: 1, computing })).toBe(failed);
	});
});

describe('events out of place change nothing', () => {
	const states: readonly State[] = [
		IDLE,
		after({ type: 'choosing', references: ['models/x'] }),
		after({ type: 'asked', job }),
		after(...planned),
		after(...running),
		after(...running, { type: 'paused', job: 1 }),
		after(...running, { type: 'cancelled', job: 1 }),
		after(...running, { type: 'failed', job: 1, error }),
		after(...running, finished),
	];
	const events: readonly Event[] = [
		{ type: 'reading', job: 2, reading: { models: [] } },
		{ type: 'planned', job: 2, plan },
		{ type: 'started', job: 2, computing },
		{ type: 'progressed', job: 2, progress: NO_PROGRESS, results: [] },
		{ type: 'paused', job: 2 },
		{ type: 'resumed', job: 2 },
		{ type: 'cancelled', job: 2 },
		{ type: 'failed', job: 2, error },
		{ ...finished, job: 2 },
	];

	test.each(states.map((state) => [state.phase, state] as const))(
		'another job’s in %s',
		(_, state) => {
			for (const event of events) expect(reduce(state, event)).toBe(state);
		},
	);

	test('a late result after cancelling, a pause before the start', () => {
		const cancelled = after(...running, { type: 'cancelled', job: 1 });
		expect(reduce(cancelled, finished)).toBe(cancelled);
		expect(reduce(cancelled, { type: 'failed', job: 1, error })).toBe(cancelled);
		const ready = after(...planned);
		expect(reduce(ready, { type: 'paused', job: 1 })).toBe(ready);
		expect(reduce(ready, { type: 'resumed', job: 1 })).toBe(ready);
	});
});

describe('what is said and shown of a state', () => {
	test('a run is announced with tensors and time left', () => {
		const state = after(...running, {
			type: 'progressed',
			job: 1,
			progress: { ...NO_PROGRESS, tensorsDone: 2, bytesRead: 40, rate: 10, timeLeft: 4 },
			results: [],
		});
		expect(say(state)).toBe('50 percent, 2 of 5 tensors, about 4 s left.');
		expect(tabTitle(state, 'Card')).toBe('50 % · Card');
	});

	test('the tab never says 100 % before the end', () => {
		const state = after(...running, {
			type: 'progressed',
			job: 1,
			progress: { ...NO_PROGRESS, bytesRead: 80 },
			results: [],
		});
		expect(tabTitle(state, 'Card')).toBe('99 % · Card');
		expect(tabTitle(after(...running, finished), 'Card')).toBe('Done · Card');
	});

	test('a failure is announced with its message', () => {
		expect(say(after({ type: 'asked', job }, { type: 'failed', job: 1, error }))).toBe(
			'Stopped: The Hub did not answer.',
		);
	});
});
