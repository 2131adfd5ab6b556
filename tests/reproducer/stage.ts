import { expect } from 'vitest';
import { RemeltError } from '../../src/errors/index.ts';
import type { MergePlan, RunOptions } from '../../src/merge/index.ts';
import type { Recipe } from '../../src/recipe/index.ts';
import type { Location } from '../../src/reproducer/models.ts';
import { createSession } from '../../src/reproducer/session.ts';
import type { Effects, Request, Session } from '../../src/reproducer/session.ts';
import { IDLE, reduce } from '../../src/reproducer/state.ts';
import type { Event, State } from '../../src/reproducer/state.ts';
import type { ModelFiles } from '../../src/tensors/index.ts';
import { fakeWorker } from '../support/fakeWorker.ts';
import { fakeSpotWorker } from './fakeSpotWorker.ts';
import type { FakeSpotWorker } from './fakeSpotWorker.ts';
import { slerpResult, smallPlan } from './plans.ts';

/** A model of no tensors. */
export function model(id: string): ModelFiles {
	return {
		headers: {
			id,
			revision: `commit of ${id}`,
			config: '{}',
			tensors: new Map(),
			files: new Map([['model.safetensors', { size: 8, etag: '"x"' }]]),
		},
		file: () => {
			throw new Error('no weights are read on the page');
		},
		text: async () => Promise.resolve(null),
		bytes: async () => Promise.resolve(null),
	};
}

/** Where a model is on the test's Hub. */
export const place = (repo: string): Location => ({
	kind: 'hub',
	base: '/hub',
	repo,
	revision: 'main',
});

/** A check of a published model. */
export const request: Request = {
	mode: 'check',
	recipe: 'merge_method: slerp',
	variant: false,
	locate: () =>
		new Map([
			['oracle/a', place('oracle/a')],
			['oracle/b', place('oracle/b')],
		]),
	published: place('oracle/merged'),
	outputName: 'merged',
};

/** Runs until a test says how it ends. */
export interface ManualRun {
	readonly plan: MergePlan;
	readonly options: RunOptions;
	finish(): Promise<void>;
	fail(error: RemeltError): Promise<void>;
}

/** A session, what it came to, and what it asked of the world. */
export interface Stage {
	readonly session: Session;
	readonly state: () => State;
	readonly runs: ManualRun[];
	readonly planned: Parameters<Effects['plan']>[1][];
	readonly opened: string[];
	readonly spotWorkers: FakeSpotWorker[];
}

/** A session whose world is played by the test. */
export function setUp(more: Partial<Effects> = {}): Stage {
	let state: State = IDLE;
	const runs: ManualRun[] = [];
	const planned: Stage['planned'] = [];
	const opened: string[] = [];
	const spotWorkers: FakeSpotWorker[] = [];
	const effects: Effects = {
		hub: async ({ repo }) => {
			opened.push(repo);
			return Promise.resolve(model(repo));
		},
		folder: async (_, name) => Promise.resolve(model(name)),
		parse: () => ({}) as Recipe,
		plan: (_, options) => {
			planned.push(options);
			return smallPlan();
		},
		run: async (plan, options) => manualRun(plan, options, runs),
		spawn: () => fakeWorker(() => undefined),
		spawnSpot: () => {
			const worker = fakeSpotWorker();
			spotWorkers.push(worker);
			return worker;
		},
		workers: 1,
		now: () => 0,
		time: () => Date.UTC(2026, 0, 2),
		agent: 'a test',
		digests: async () => Promise.resolve(new Map([['model.safetensors', 'd'.repeat(64)]])),
		kernelBytes: async () => Promise.resolve(new Uint8Array([0])),
		...more,
	};
	const session = createSession(effects, (event: Event) => {
		state = reduce(state, event);
	});
	return { session, state: () => state, runs, planned, opened, spotWorkers };
}

/** Stands for `runMerge`: keeps its promise to abort the sink when it fails. */
async function manualRun(
	plan: MergePlan,
	options: RunOptions,
	runs: ManualRun[],
): ReturnType<Effects['run']> {
	const end = Promise.withResolvers<RemeltError | null>();
	const settled = async (error: RemeltError | null): Promise<void> => {
		end.resolve(error);
		await settle();
	};
	const finish = async (): Promise<void> => settled(null);
	const fail = async (error: RemeltError): Promise<void> => settled(error);
	runs.push({ plan, options, finish, fail });
	options.signal?.addEventListener('abort', () => {
		end.resolve(new RemeltError('aborted', 'The run was cancelled.'));
	});
	await options.sink?.open('model.safetensors', 2);
	await options.sink?.write(new Uint8Array([1, 2]));
	const error = await end.promise;
	if (error !== null) {
		await options.sink?.abort();
		throw error;
	}
	await options.sink?.close();
	await options.sink?.commit();
	return { results: [slerpResult(0)], bytesRead: 80 };
}

/** Lets promises settle. */
export async function settle(): Promise<void> {
	await new Promise((resolve) => setTimeout(resolve, 5));
}

/** Asks, and waits for the plan. */
export async function toPlan(stage: Stage): Promise<void> {
	stage.session.ask(request);
	await settle();
	expect(stage.state().phase).toBe('planned');
}
