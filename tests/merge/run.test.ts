import { describe, expect, it } from 'vitest';
import { createMemorySink, nullSink, runMerge, tensorPasses } from '../../src/merge/index.ts';
import type { MergePlan, MergeSink, RunEvent, TensorMerger } from '../../src/merge/index.ts';
import { thrownBy } from '../support/errors.ts';
import { fakeMerger, only, planOf, recorder, turn } from './fakes.ts';

describe('the output', () => {
	it('reaches the sink in file order, whatever order tensors finish in', async () => {
		const plan = planOf();
		const sink = createMemorySink();
		const later = (index: number): number => 20 - index;
		const finished: number[] = [];
		const onEvent = (event: RunEvent): void => {
			if (event.kind === 'finished') finished.push(event.result.index);
		};
		await runMerge(plan, { merge: fakeMerger(later), concurrency: 8, sink, onEvent });
		expect(finished).not.toEqual(finished.toSorted((a, b) => a - b));
		const file = sink.files.get('model.safetensors');
		for (const [index, { offset, bytes }] of plan.tensors.entries())
			expect([...(file?.subarray(offset, offset + bytes) ?? [])]).toEqual(
				Array<number>(bytes).fill(index),
			);
		expect(file?.byteLength).toBe(plan.files[0]?.size);
	});

	it('has each file opened with its size, and the texts after the weights', async () => {
		const plan = planOf({}, 200);
		const { sink, calls } = recorder();
		await runMerge(plan, { merge: fakeMerger(), concurrency: 3, sink });
		expect(only(calls, 'open', 'close', 'commit')).toEqual([
			...plan.files.flatMap(({ name, size }) => [`open ${name} ${size}`, 'close']),
			...Object.entries(plan.texts).flatMap(([name, text]) => [
				`open ${name} ${Buffer.byteLength(text)}`,
				'close',
			]),
			'commit',
		]);
		expect(plan.files.length).toBeGreaterThan(1);
	});

	it('is asked of nobody where there is no sink', async () => {
		const emits: unknown[] = [];
		const merge: TensorMerger = async (task) => {
			emits.push(task.emit);
			return fakeMerger()(task);
		};
		const { results, bytesRead } = await runMerge(planOf(), { merge, concurrency: 2 });
		expect(new Set(emits)).toEqual(new Set([undefined]));
		expect(results.map(({ index }) => index)).toEqual([...results.keys()]);
		expect(bytesRead).toBe(21 * 16);
	});

	it('that is too short or too long is an error, not a damaged file', async () => {
		for (const wrong of [-1, 1]) {
			const { sink, calls } = recorder();
			const merge: TensorMerger = async ({ index, tensor, emit }) => {
				await emit?.(new Uint8Array(tensor.bytes + (index === 3 ? wrong : 0)));
				return {
					index,
					outcome: null,
					digests: null,
					comparison: null,
					explanation: null,
					bytesRead: 0,
				};
			};
			const error = await thrownBy(async () => runMerge(planOf(), { merge, concurrency: 2, sink }));
			expect(error.code).toBe('kernel-failed');
			expect(calls.at(-1)).toBe('abort');
			expect(calls).not.toContain('commit');
		}
	});
});

describe('memory', () => {
	/** Runs a plan and returns the most that was held: work in progress and output on its way. */
	async function mostHeld(
		plan: MergePlan,
		memoryBudget: number,
		concurrency: number,
	): Promise<number> {
		let held = 0;
		let most = 0;
		const hold = (bytes: number): void => {
			held += bytes;
			most = Math.max(most, held);
		};
		const inner = fakeMerger((index) => (index % 3) + 1);
		const merge: TensorMerger = async (task) => {
			const { bytes } = tensorPasses(task.tensor, memoryBudget);
			hold(bytes);
			const emit = async (part: Uint8Array): Promise<void> => {
				hold(part.byteLength);
				await task.emit?.(part);
			};
			const result = await inner({ ...task, emit });
			held -= bytes;
			return result;
		};
		const sink: MergeSink = {
			...nullSink,
			write: async (part) => {
				await turn();
				await turn();
				if (plan.tensors.some(({ bytes }) => part.byteLength === bytes / 2))
					held -= part.byteLength;
			},
		};
		await runMerge(plan, { merge, concurrency, memoryBudget, sink });
		return most;
	}

	it('never exceeds the budget, however many tensors may be in flight', async () => {
		const plan = planOf({ elements: 4096, layers: 3 });
		const one = tensorPasses(plan.tensors[0] ?? fail()).bytes + 8192;
		for (const budget of [one, 2 * one, 5 * one]) {
			const held = await mostHeld(plan, budget, 16);
			expect(held).toBeLessThanOrEqual(budget);
			expect(held).toBeGreaterThan(budget / 2);
		}
	});

	it('lets a tensor that is too large to wait flow straight through', async () => {
		const shapes = { 'model.layers.0.mlp.up_proj.weight': [1_000_000] };
		const plan = planOf({ shapes });
		const written: number[] = [];
		let emitted = 0;
		const merge: TensorMerger = async ({ index, tensor, emit }) => {
			for (let left = tensor.bytes; left > 0; left -= 1000) {
				emitted += Math.min(left, 1000);
				await emit?.(new Uint8Array(Math.min(left, 1000)));
			}
			return {
				index,
				outcome: null,
				digests: null,
				comparison: null,
				explanation: null,
				bytesRead: 0,
			};
		};
		let got = 0;
		const sink: MergeSink = {
			...nullSink,
			write: async (part) => {
				got += part.byteLength;
				written.push(emitted - got);
				return turn();
			},
		};
		await runMerge(plan, { merge, concurrency: 4, memoryBudget: 500_000, sink });
		// What waits is a part of the large tensor, or some of the small ones after it.
		expect(Math.max(...written)).toBeLessThan(2000);
	});

	it('is not waited for where nothing fits: one tensor then runs at a time', async () => {
		let running = 0;
		let most = 0;
		const inner = fakeMerger();
		const merge: TensorMerger = async (task) => {
			most = Math.max(most, ++running);
			const result = await inner(task);
			running--;
			return result;
		};
		await runMerge(planOf(), { merge, concurrency: 4, memoryBudget: 1, sink: nullSink });
		expect(most).toBe(1);
	});
});

it('a paused run starts no tensor until it may go on', async () => {
	const started: number[] = [];
	const resume: { now?: () => void } = {};
	const gate = async (): Promise<void> =>
		started.length === 3 ? new Promise((resolve) => (resume.now = resolve)) : Promise.resolve();
	const onEvent = (event: RunEvent): void => {
		if (event.kind === 'started') started.push(event.index);
	};
	const run = runMerge(planOf(), { merge: fakeMerger(), concurrency: 8, gate, onEvent });
	for (let i = 0; i < 20; i++) await turn();
	expect(started).toEqual([0, 1, 2]);
	started.push(-1);
	resume.now?.();
	await run;
	expect(started).toHaveLength(22);
});

describe('a run that takes up an earlier one', () => {
	it('merges what is left, and goes on in the file where that stopped', async () => {
		const plan = planOf({}, 200);
		const all = await runMerge(plan, { merge: fakeMerger(), concurrency: 2 });
		const [first, second] = plan.files;
		// All of the first file, and two tensors of the second.
		const count = plan.tensors.filter(({ file }) => file === first?.name).length + 2;
		const done = all.results.slice(0, count);
		const { sink, calls } = recorder();
		const finished: number[] = [];
		const outcome = await runMerge(plan, {
			merge: fakeMerger((index) => (index < count ? fail() : 1)),
			concurrency: 2,
			done,
			sink: {
				...sink,
				resume: async (name, size, written) => {
					calls.push(`resume ${name} ${written} of ${size}`);
					return Promise.resolve();
				},
				finished: async ({ index }) => {
					finished.push(index);
					return Promise.resolve();
				},
			},
		});
		expect(outcome).toEqual(all);
		expect(finished).toEqual(plan.tensors.map((_, index) => index).slice(count));
		expect(only(calls, 'resume')).toEqual([
			`resume ${first?.name} ${first?.size} of ${first?.size}`,
			`resume ${second?.name} ${plan.tensors[count]?.offset} of ${second?.size}`,
		]);
		expect(only(calls, 'commit')).toHaveLength(1);
	});

	it('that was complete only makes it visible', async () => {
		const plan = planOf();
		const { results } = await runMerge(plan, { merge: fakeMerger(), concurrency: 2 });
		const { sink, calls } = recorder();
		const resume = async (): Promise<void> => Promise.resolve();
		await runMerge(plan, { merge: fail, concurrency: 2, done: results, sink: { ...sink, resume } });
		expect(only(calls, 'commit')).toHaveLength(1);
		expect(only(calls, 'open').every((call) => !call.includes('.safetensors '))).toBe(true);
	});

	it('needs a sink that can', async () => {
		const { results } = await runMerge(planOf(), { merge: fakeMerger(), concurrency: 2 });
		const run = runMerge(planOf(), {
			merge: fakeMerger(),
			concurrency: 2,
			done: results.slice(0, 1),
			sink: createMemorySink(),
		});
		await expect(run).rejects.toThrow('takes up no run');
	});
});

it('files that depend on the results come last, each after the one before it', async () => {
	const sink = createMemorySink();
	const order: string[] = [];
	await runMerge(planOf(), {
		merge: fakeMerger(),
		concurrency: 2,
		sink: {
			...sink,
			open: async (name, size) => {
				order.push(name);
				return sink.open(name, size);
			},
		},
		async *extras({ results }) {
			yield ['count.txt', new TextEncoder().encode(String(results.length))] as const;
			await turn();
			yield ['order.txt', new TextEncoder().encode(order.join())] as const;
		},
	});
	const text = (name: string): string => new TextDecoder().decode(sink.files.get(name));
	expect(text('count.txt')).toBe('21');
	expect(text('order.txt').split(',').at(-1)).toBe('count.txt');
	expect(order.at(-1)).toBe('order.txt');
});

it('no more tensors are in flight than asked for', async () => {
	let running = 0;
	let most = 0;
	const inner = fakeMerger((index) => index % 4);
	const merge: TensorMerger = async (task) => {
		most = Math.max(most, ++running);
		const result = await inner(task);
		running--;
		return result;
	};
	await runMerge(planOf(), { merge, concurrency: 3, sink: createMemorySink() });
	expect(most).toBe(3);
});

it('a memory sink shows its files only when all are there, and none after an abort', async () => {
	const sink = createMemorySink();
	await sink.open('x', 2);
	await sink.write(new Uint8Array([1, 2]));
	await sink.close();
	expect(sink.files.size).toBe(0);
	await sink.open('y', 2);
	await expect(sink.write(new Uint8Array(3))).rejects.toMatchObject({ code: 'sink-failed' });
	await expect(sink.close()).rejects.toMatchObject({ code: 'sink-failed' });
	await sink.abort();
	await sink.commit();
	expect(sink.files.size).toBe(0);
});

function fail(): never {
	throw new Error('the plan is empty');
}

it('parts are given back once the sink has taken them', async () => {
	const plan = planOf();
	const { sink, bytes } = recorder();
	let recycled = 0;
	const recycle = (part: Uint8Array): void => {
		recycled += part.byteLength;
		// The sink has taken at least as much: this, and the file's header.
		expect(bytes()).toBeGreaterThan(recycled);
	};
	await runMerge(plan, { merge: fakeMerger(), concurrency: 2, sink, recycle });
	expect(recycled).toBe(plan.tensors.reduce((sum, tensor) => sum + tensor.bytes, 0));
});
