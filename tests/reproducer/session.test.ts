import { describe, expect, test } from 'vitest';
import { RemeltError } from '../../src/errors/index.ts';
import type { MergePlan, RunOptions } from '../../src/merge/index.ts';
import type { Recipe } from '../../src/recipe/index.ts';
import type { Location } from '../../src/reproducer/models.ts';
import { createSession } from '../../src/reproducer/session.ts';
import type { Effects, Request, Session } from '../../src/reproducer/session.ts';
import { IDLE, reduce } from '../../src/reproducer/state.ts';
import type { Event, State } from '../../src/reproducer/state.ts';
import type { ModelFiles } from '../../src/tensors/index.ts';
import { fakeFolder } from './fakeFolder.ts';
import { fakeWorker } from '../support/fakeWorker.ts';
import { slerpResult, smallPlan } from './plans.ts';

function model(id: string): ModelFiles {
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

const place = (repo: string): Location => ({ kind: 'hub', base: '/hub', repo, revision: 'main' });

const request: Request = {
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
interface ManualRun {
	readonly plan: MergePlan;
	readonly options: RunOptions;
	finish(): Promise<void>;
	fail(error: RemeltError): Promise<void>;
}

interface Stage {
	readonly session: Session;
	readonly state: () => State;
	readonly runs: ManualRun[];
	readonly planned: Parameters<Effects['plan']>[1][];
	readonly opened: string[];
}

function setUp(more: Partial<Effects> = {}): Stage {
	let state: State = IDLE;
	const runs: ManualRun[] = [];
	const planned: Stage['planned'] = [];
	const opened: string[] = [];
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
		workers: 1,
		now: () => 0,
		...more,
	};
	const session = createSession(effects, (event: Event) => {
		state = reduce(state, event);
	});
	return { session, state: () => state, runs, planned, opened };
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

async function settle(): Promise<void> {
	await new Promise((resolve) => setTimeout(resolve, 5));
}

async function toPlan(stage: Stage): Promise<void> {
	stage.session.ask(request);
	await settle();
	expect(stage.state().phase).toBe('planned');
}

describe('a session', () => {
	test('opens parents and published model and plans with their headers', async () => {
		const stage = setUp();
		await toPlan(stage);
		expect(stage.opened).toEqual(['oracle/a', 'oracle/b', 'oracle/merged']);
		const [options] = stage.planned;
		expect([...(options?.headers.keys() ?? [])]).toEqual(['oracle/a', 'oracle/b']);
		expect(options?.published?.id).toBe('oracle/merged');
		expect(stage.runs).toHaveLength(0);
	});

	test('says which model could not be opened, and can be asked again', async () => {
		let broken = true;
		const stage = setUp({
			hub: async ({ repo }) => {
				if (broken && repo === 'oracle/b')
					throw new RemeltError('not-found', 'oracle/b is not there.');
				return Promise.resolve(model(repo));
			},
		});
		stage.session.ask(request);
		await settle();
		expect(stage.state()).toMatchObject({
			phase: 'failed',
			plan: null,
			error: { code: 'not-found', details: { model: 'oracle/b' } },
		});
		broken = false;
		await toPlan(stage);
	});

	test('a parse error is a failure with its code, before anything is opened', async () => {
		const stage = setUp({
			parse: () => {
				throw new RemeltError('recipe-syntax', 'Line 3 is odd.');
			},
		});
		stage.session.ask(request);
		await settle();
		expect(stage.state()).toMatchObject({ phase: 'failed', error: { code: 'recipe-syntax' } });
		expect(stage.opened).toEqual([]);
	});

	test('keeps a merged model in memory, complete', async () => {
		const stage = setUp();
		await toPlan(stage);
		stage.session.start({ kind: 'memory' }, 'auto');
		await settle();
		expect(stage.state().phase).toBe('running');
		await stage.runs[0]?.finish();
		const state = stage.state();
		expect(state.phase === 'done' && state.kept.kind === 'memory' && state.kept.files.size).toBe(1);
	});

	test('writes to a folder, and a cancelled run leaves nothing; a second run works', async () => {
		const folder = fakeFolder();
		const stage = setUp();
		await toPlan(stage);
		stage.session.start({ kind: 'folder', parent: folder.handle }, 'auto');
		await settle();
		expect(folder.folders()).toEqual(['merged']);
		stage.session.cancel();
		await settle();
		expect(stage.state().phase).toBe('cancelled');
		expect([folder.folders(), [...folder.files()]]).toEqual([[], []]);
		await toPlan(stage);
		stage.session.start({ kind: 'folder', parent: folder.handle }, 'auto');
		await settle();
		await stage.runs[1]?.finish();
		expect(stage.state()).toMatchObject({
			phase: 'done',
			kept: { kind: 'folder', name: 'chosen/merged' },
		});
		expect([...folder.files().keys()]).toEqual(['merged/model.safetensors']);
	});

	test('a run that fails shows its error and leaves nothing', async () => {
		const folder = fakeFolder();
		const stage = setUp();
		await toPlan(stage);
		stage.session.start({ kind: 'folder', parent: folder.handle }, 'auto');
		await settle();
		await stage.runs[0]?.fail(new RemeltError('range-ignored', 'The server sent everything.'));
		expect(stage.state()).toMatchObject({ phase: 'failed', error: { code: 'range-ignored' } });
		expect(folder.folders()).toEqual([]);
	});

	test('pausing closes the gate until it goes on', async () => {
		const stage = setUp();
		await toPlan(stage);
		stage.session.start({ kind: 'nothing' }, 'auto');
		await settle();
		stage.session.pause();
		expect(stage.state().phase).toBe('paused');
		let passed = false;
		void stage.runs[0]?.options.gate?.().then(() => (passed = true));
		await settle();
		expect(passed).toBe(false);
		stage.session.resume();
		await settle();
		expect(passed).toBe(true);
		stage.session.close();
		expect(stage.state()).toEqual(IDLE);
	});

	test('a new wish ends the run before it', async () => {
		const stage = setUp();
		await toPlan(stage);
		stage.session.start({ kind: 'nothing' }, 'auto');
		await settle();
		await toPlan(stage);
		expect(stage.runs[0]?.options.signal?.aborted).toBe(true);
		expect(stage.state().phase).toBe('planned');
	});

	test('a rehearsal’s plan is marked, a check’s is not', async () => {
		const stage = setUp();
		stage.session.ask({ ...request, mode: 'rehearsal', published: null });
		await settle();
		const state = stage.state();
		expect(state.phase === 'planned' && state.plan.texts['README.md']).toContain('Toy weights');
		await toPlan(stage);
		const checked = stage.state();
		expect(checked.phase === 'planned' && checked.plan.texts['README.md']).not.toContain('Toy');
	});
});
