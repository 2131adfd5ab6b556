import { describe, expect, test } from 'vitest';
import { RemeltError } from '../../src/errors/index.ts';
import { IDLE } from '../../src/reproducer/state.ts';
import { fakeFolder } from './fakeFolder.ts';
import { model, request, settle, setUp, toPlan } from './stage.ts';

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
