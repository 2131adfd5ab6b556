import { describe, expect, test } from 'vitest';
import { RemeltError } from '../../src/errors/index.ts';
import type { MergePlan } from '../../src/merge/index.ts';
import type { Effects } from '../../src/reproducer/session.ts';
import { IDLE } from '../../src/reproducer/state.ts';
import type { FakeSpotWorker } from './fakeSpotWorker.ts';
import { publishedPlan, spotFinding } from './plans.ts';
import { settle, setUp, toPlan } from './stage.ts';
import type { Stage } from './stage.ts';

describe('a spot check', () => {
	async function checking(
		more: Partial<Effects> = {},
	): Promise<Stage & { worker: FakeSpotWorker }> {
		const stage = setUp({ plan: () => publishedPlan(), ...more });
		await toPlan(stage);
		stage.session.check(7);
		const [worker] = stage.spotWorkers;
		if (worker === undefined) throw new Error('no worker was started');
		return { ...stage, worker };
	}

	test('runs in a worker that gets the plan, the windows and the models, and is gone after', async () => {
		const { state, worker } = await checking();
		expect(state()).toMatchObject({ phase: 'checking', spot: { sampleSeed: 7 } });
		const request = worker.received;
		expect(request?.spot.windows).toHaveLength(5);
		expect(Object.keys(request?.models ?? {})).toEqual(['oracle/a', 'oracle/b', 'published']);
		worker.say({ kind: 'found', finding: spotFinding(0), bytes: 24 });
		expect(worker.terminated).toBe(false);
		worker.say({ kind: 'done', findings: [spotFinding(0), spotFinding(1, 'different')] });
		await settle();
		expect(state()).toMatchObject({
			phase: 'checked',
			findings: [{ finding: 'agrees' }, { finding: 'different' }],
		});
		expect(worker.terminated).toBe(true);
	});

	test('shows its findings while it runs', async () => {
		const { state, worker } = await checking();
		worker.say({ kind: 'found', finding: spotFinding(3), bytes: 24 });
		await new Promise((resolve) => setTimeout(resolve, 300));
		expect(state()).toMatchObject({
			phase: 'checking',
			findings: [{ index: 3 }],
			progress: { tensorsDone: 1, bytesRead: 24 },
		});
	});

	test('ends its worker when it is cancelled, and can be run again', async () => {
		const { state, worker, session, spotWorkers } = await checking();
		session.cancel();
		await settle();
		expect(state()).toMatchObject({ phase: 'cancelled', spot: { sampleSeed: 7 } });
		expect(worker.terminated).toBe(true);
		session.check(8);
		expect(state()).toMatchObject({ phase: 'checking', spot: { sampleSeed: 8 } });
		expect(spotWorkers).toHaveLength(2);
	});

	test('is not started twice, nor beside a merge', async () => {
		const { state, session, runs, spotWorkers } = await checking();
		session.check(8);
		session.start({ kind: 'nothing' }, 'auto');
		await settle();
		expect([spotWorkers.length, runs.length]).toEqual([1, 0]);
		expect(state().phase).toBe('checking');
	});

	test('shows the error that a worker failed with, or stopped with', async () => {
		const first = await checking();
		const error = new RemeltError('range-ignored', 'The server sent everything.').serialize();
		first.worker.say({ kind: 'failed', error });
		await settle();
		expect(first.state()).toMatchObject({ phase: 'failed', error: { code: 'range-ignored' } });
		expect(first.worker.terminated).toBe(true);
		const second = await checking();
		second.worker.crash('out of memory');
		await settle();
		expect(second.state()).toMatchObject({ phase: 'failed', error: { code: 'worker-failed' } });
		expect(second.worker.terminated).toBe(true);
	});

	test('is followed by the full check without planning again', async () => {
		const { state, worker, session, runs, opened } = await checking();
		worker.say({ kind: 'done', findings: [spotFinding(0)] });
		await settle();
		const before = opened.length;
		session.start({ kind: 'nothing' }, 'auto');
		await settle();
		expect(state().phase).toBe('running');
		await runs[0]?.finish();
		expect(state().phase).toBe('done');
		expect(opened).toHaveLength(before);
	});

	describe('that contradicts the recipe', () => {
		const old = (): MergePlan => {
			const plan = publishedPlan();
			const work = { kind: 'slerp', t: 0.25, scalars: 'torch', work: 'BF16' } as const;
			const tensors = plan.tensors.map((tensor) => ({ ...tensor, operation: work }));
			return { ...plan, semantics: '0.0.6', tensors };
		};
		const plan: Effects['plan'] = (_, { semantics }) => {
			if (semantics === '0.0.4')
				throw new RemeltError('method-unknown', 'There was no such method.');
			return semantics === '0.0.6' ? old() : publishedPlan();
		};

		test('is tried by the numbers of other releases, and the one that fits is gone on with', async () => {
			const { state, worker, session, runs } = await checking({ plan });
			worker.say({ kind: 'done', findings: [spotFinding(0, 'different')] });
			expect(worker.received?.plan.semantics).toBe('0.0.6');
			expect(worker.received?.spot.sampleSeed).toBe(7);
			expect(worker.terminated).toBe(false);
			worker.say({ kind: 'done', findings: [spotFinding(0)] });
			await settle();
			expect(state()).toMatchObject({
				phase: 'checked',
				plan: { semantics: '0.0.6' },
				contradicted: ['0.1.5'],
				findings: [{ finding: 'agrees' }],
			});
			session.start({ kind: 'nothing' }, 'auto');
			await settle();
			expect(runs[0]?.plan.semantics).toBe('0.0.6');
		});

		test('is one where all of them contradict it', async () => {
			const { state, worker } = await checking({ plan });
			worker.say({ kind: 'done', findings: [spotFinding(0, 'different')] });
			worker.say({ kind: 'done', findings: [spotFinding(0, 'different'), spotFinding(1)] });
			await settle();
			expect(state()).toMatchObject({
				phase: 'checked',
				plan: { semantics: '0.1.5' },
				contradicted: ['0.1.5', '0.0.6'],
				findings: [{ finding: 'different' }],
			});
			expect(worker.terminated).toBe(true);
		});
	});

	test('ends with the job that it belongs to', async () => {
		const { state, worker, session } = await checking();
		session.close();
		await settle();
		expect(worker.terminated).toBe(true);
		expect(state()).toEqual(IDLE);
	});
});
