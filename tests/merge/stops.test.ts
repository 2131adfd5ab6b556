import { describe, expect, it } from 'vitest';
import { RemeltError } from '../../src/errors/index.ts';
import { nullSink, runMerge } from '../../src/merge/index.ts';
import type { MergeSink, RunEvent, TensorMerger } from '../../src/merge/index.ts';
import { thrownBy } from '../support/errors.ts';
import { fakeMerger, only, planOf, recorder, turn } from './fakes.ts';

describe('a cancelled run', () => {
	it('rejects with aborted, waits for what is in flight, and has the sink clean up', async () => {
		for (const after of [0, 1, 5, 15, 30]) {
			const stop = new AbortController();
			const { sink, calls } = recorder();
			let running = 0;
			const inner = fakeMerger();
			const merge: TensorMerger = async (task) => {
				running++;
				try {
					return await inner(task);
				} finally {
					running--;
				}
			};
			const onEvent = (event: RunEvent): void => {
				if (event.kind === 'started' && event.index === after) stop.abort();
			};
			if (after === 30)
				setImmediate(() =>
					setImmediate(() => {
						stop.abort();
					}),
				);
			const error = await thrownBy(async () =>
				runMerge(planOf(), { merge, concurrency: 4, sink, signal: stop.signal, onEvent }),
			);
			expect(error.code).toBe('aborted');
			expect(running).toBe(0);
			const count = calls.length;
			await turn();
			await turn();
			expect(calls).toHaveLength(count);
			expect(only(calls, 'commit', 'abort')).toEqual(['abort']);
		}
	});

	it('starts nothing where it was cancelled before', async () => {
		const { sink, calls } = recorder();
		const merge: TensorMerger = async () => Promise.reject(new Error('was started'));
		const options = { merge, concurrency: 1, sink, signal: AbortSignal.abort() };
		expect((await thrownBy(async () => runMerge(planOf(), options))).code).toBe('aborted');
		expect(calls).toEqual(['abort']);
	});

	it('ends while it is paused', async () => {
		const stop = new AbortController();
		const gate = async (): Promise<void> => new Promise(() => undefined);
		const run = runMerge(planOf(), {
			merge: fakeMerger(),
			concurrency: 1,
			gate,
			signal: stop.signal,
		});
		stop.abort();
		expect((await thrownBy(async () => run)).code).toBe('aborted');
	});

	it('ends while a sink does not come back from writing', async () => {
		const stop = new AbortController();
		const calls: string[] = [];
		const sink: MergeSink = {
			...nullSink,
			write: async () => new Promise(() => undefined),
			abort: async () => {
				calls.push('abort');
				return Promise.resolve();
			},
		};
		const run = runMerge(planOf(), {
			merge: fakeMerger(),
			concurrency: 2,
			sink,
			signal: stop.signal,
		});
		await turn();
		stop.abort();
		expect((await thrownBy(async () => run)).code).toBe('aborted');
		expect(calls).toEqual(['abort']);
	});
});

describe('a failing run', () => {
	it('rejects with what the merger said, once the others have stopped', async () => {
		const { sink, calls } = recorder();
		const inner = fakeMerger();
		const merge: TensorMerger = async (task) => {
			if (task.index !== 6) return inner(task);
			throw new RemeltError('network-failed', 'The line went dead.');
		};
		const error = await thrownBy(async () => runMerge(planOf(), { merge, concurrency: 3, sink }));
		expect(error).toMatchObject({ code: 'network-failed', message: 'The line went dead.' });
		expect(only(calls, 'commit', 'abort')).toEqual(['abort']);
	});

	it.each(['open', 'write', 'close', 'commit'] as const)(
		'rejects with sink-failed where the sink fails to %s',
		async (step) => {
			const { sink, calls } = recorder();
			const broken: MergeSink = {
				...sink,
				[step]: async () => Promise.reject(new Error('disk full')),
			};
			const options = { merge: fakeMerger(), concurrency: 3, sink: broken };
			const error = await thrownBy(async () => runMerge(planOf(), options));
			expect(error).toMatchObject({ code: 'sink-failed', message: 'disk full' });
			expect(calls.at(-1)).toBe('abort');
		},
	);

	it('keeps its own error where the sink cannot clean up either', async () => {
		const sink: MergeSink = { ...nullSink, abort: async () => Promise.reject(new Error('stuck')) };
		const merge: TensorMerger = async () => Promise.reject(new Error('first'));
		const error = await thrownBy(async () => runMerge(planOf(), { merge, concurrency: 1, sink }));
		expect(error.message).toBe('first');
	});
});
