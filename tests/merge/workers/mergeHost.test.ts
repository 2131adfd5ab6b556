import { describe, expect, test } from 'vitest';
import { RemeltError } from '../../../src/errors/index.ts';
import type { BackendChoice, Kernels } from '../../../src/kernels/index.ts';
import { createMergeHost } from '../../../src/merge/index.ts';
import type {
	BackendRequest,
	OpenFile,
	Report,
	Request,
	TensorMerger,
	WorkerModel,
} from '../../../src/merge/index.ts';
import { memorySource } from '../../../src/tensors/index.ts';
import { plannedTensor, slerpResult } from '../../reproducer/plans.ts';

const model: WorkerModel = { kind: 'folder', files: [] };
const open: Request = { kind: 'open', models: { 'oracle/a': model }, memoryBudget: 64 };
const merge: Request = {
	kind: 'merge',
	index: 0,
	tensor: plannedTensor('w', 0, 'w'),
	wanted: true,
};

const CHOICE: BackendChoice = {
	setting: 'auto',
	gpu: { compare: true, combine: false },
	device: 'a GPU',
	advantage: { compare: 2, combine: 0.5 },
	problem: null,
};

function setUp(merger: (open: OpenFile) => TensorMerger): {
	send: (request: Request) => void;
	reports: Report[];
	transfers: Transferable[][];
} {
	const reports: Report[] = [];
	const transfers: Transferable[][] = [];
	const send = createMergeHost({
		post: (report, transfer) => {
			reports.push(report);
			transfers.push(transfer);
		},
		// The mergers of these tests do not calculate.
		loadKernels: async () => Promise.resolve({} as Kernels),
		openFile: (_, file) => memorySource(file, new Uint8Array([1, 2, 3, 4])),
		createMerger: (options) => merger(options.open),
	});
	return { send, reports, transfers };
}

async function settle(): Promise<void> {
	await new Promise((resolve) => setTimeout(resolve, 0));
}

describe('a merge host', () => {
	test('says ready once its models are open', async () => {
		const { send, reports } = setUp(() => async () => Promise.resolve(slerpResult(0)));
		send(open);
		await settle();
		expect(reports).toEqual([{ kind: 'ready' }]);
	});

	test('waits after each chunk, and transfers a buffer of its own', async () => {
		const whole = new Uint8Array([9, 8, 7, 6]);
		const { send, reports, transfers } = setUp(() => async ({ emit }) => {
			await emit?.(whole.subarray(0, 2));
			await emit?.(whole.subarray(2));
			return slerpResult(0);
		});
		send(open);
		send(merge);
		await settle();
		expect(reports.map(({ kind }) => kind)).toEqual(['ready', 'chunk']);
		expect(transfers[1]?.[0]).not.toBe(whole.buffer);
		send({ kind: 'taken' });
		await settle();
		send({ kind: 'taken' });
		await settle();
		expect(reports.map(({ kind }) => kind)).toEqual(['ready', 'chunk', 'chunk', 'merged']);
		const second = reports[2];
		expect(second?.kind === 'chunk' && [...second.bytes]).toEqual([7, 6]);
	});

	test('reads nothing while held', async () => {
		let read: number[] = [];
		const { send, reports } = setUp((openFile) => async () => {
			read = [...(await openFile('oracle/a', 'model.safetensors').read(0, 2))];
			return slerpResult(0);
		});
		send(open);
		send({ kind: 'hold', held: true });
		send(merge);
		await settle();
		expect(read).toEqual([]);
		expect(reports.map(({ kind }) => kind)).toEqual(['ready']);
		send({ kind: 'hold', held: false });
		await settle();
		expect(read).toEqual([1, 2]);
		expect(reports.at(-1)).toMatchObject({ kind: 'merged' });
	});

	test('fills memory that was given back, where it has the size', async () => {
		const spare = new Uint8Array(2).fill(9);
		const rooms: (Uint8Array | undefined)[] = [];
		const { send } = setUp(() => async ({ emit, room }) => {
			await emit?.(new Uint8Array(2));
			rooms.push(room?.(3), room?.(2), room?.(2));
			return slerpResult(0);
		});
		send(open);
		send(merge);
		await settle();
		send({ kind: 'taken', spare });
		await settle();
		expect(rooms.map((room) => room?.byteLength)).toEqual([3, 2, 2]);
		expect(rooms.map((room) => room?.buffer === spare.buffer)).toEqual([false, true, false]);
	});

	test('reads at once where its source can', async () => {
		const into = new Uint8Array(2);
		const readInto = (start: number, end: number, bytes: Uint8Array): void => {
			bytes.set([start, end]);
		};
		const send = createMergeHost({
			post: () => undefined,
			loadKernels: async () => Promise.resolve({} as Kernels),
			openFile: (_, file) => ({ ...memorySource(file, new Uint8Array(4)), readInto }),
			createMerger: (options) => async () => {
				options.open('oracle/a', 'model.safetensors').readInto?.(1, 3, into);
				return Promise.resolve(slerpResult(0));
			},
		});
		send(open);
		send(merge);
		await settle();
		expect([...into]).toEqual([1, 3]);
	});

	test('tells what it computes with, and at which tensor it left the GPU', async () => {
		const reports: Report[] = [];
		let leave = (): void => undefined;
		let told: AbortSignal | null = null;
		const problem = new RemeltError('gpu-wrong', 'Another result.', { details: { block: 2 } });
		const send = createMergeHost({
			post: (report) => reports.push(report),
			loadKernels: async (backend, say, signal) => {
				expect(backend).toEqual(request);
				told = signal;
				say(CHOICE, null);
				leave = () => say({ ...CHOICE, problem: problem.serialize() }, null);
				return Promise.resolve({} as Kernels);
			},
			openFile: (_, file) => memorySource(file, new Uint8Array(4)),
			createMerger: () => async () => {
				leave();
				return Promise.resolve(slerpResult(0));
			},
		});
		const request: BackendRequest = { setting: 'auto', workers: 2, calibration: null };
		send({ ...open, backend: request });
		send(merge);
		await settle();
		expect(reports.map(({ kind }) => kind)).toEqual(['backend', 'ready', 'backend', 'merged']);
		expect(reports[2]).toMatchObject({
			choice: { problem: { code: 'gpu-wrong', details: { block: 2, tensor: 'w' } } },
		});
		expect(told).toMatchObject({ aborted: false });
		send({ kind: 'leave-gpu' });
		expect(told).toMatchObject({ aborted: true });
	});

	test('reports whatever is thrown as an error with a code', async () => {
		const { send, reports } = setUp(() => () => {
			throw new Error('odd');
		});
		send(open);
		send(merge);
		await settle();
		expect(reports.at(-1)).toMatchObject({
			kind: 'failed',
			error: { code: 'worker-failed', message: 'odd' },
		});
	});
});
