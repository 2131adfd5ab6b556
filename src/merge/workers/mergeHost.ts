import { toRemeltError } from '../../errors/index.ts';
import type { BackendChoice, Calibration, Kernels } from '../../kernels/index.ts';
import type { ByteSource } from '../../tensors/index.ts';
import type { OpenFile, TensorMerger } from '../types.ts';
import { createGate } from './gate.ts';
import { Spares } from './spares.ts';
import type { BackendRequest, Report, Request, WorkerModel } from './protocol.ts';

/** How a worker tells what it computes with. */
export type SayBackend = (choice: BackendChoice, calibration: Calibration | null) => void;

/** What a merge host needs from outside, so that it can be tested without a worker. */
export interface HostParts {
	readonly post: (report: Report, transfer: Transferable[]) => void;
	/** The kernels, and a word about them where one is asked for; `signal` says to leave the GPU. */
	readonly loadKernels: (
		backend: BackendRequest | undefined,
		say: SayBackend,
		signal: AbortSignal,
	) => Promise<Kernels>;
	/** A weight file of a model; called once per file and run. */
	readonly openFile: (model: WorkerModel, file: string) => ByteSource;
	readonly createMerger: (options: {
		kernels: Kernels;
		open: OpenFile;
		memoryBudget: number;
	}) => TensorMerger;
}

/** Arrays that a worker keeps for its next output: one that is filled, and one for the next. */
const MOST_SPARES = 2;

/** The worker's side of the protocol: returns what to do with each request. */
export function createMergeHost(parts: HostParts): (request: Request) => void {
	let merger: Promise<TensorMerger> | null = null;
	let taken: (() => void) | null = null;
	let current: string | null = null;
	const spares = new Spares(MOST_SPARES);
	const leaveGpu = new AbortController();
	const say: SayBackend = (choice, calibration) => {
		const found = withTensor(choice, current);
		parts.post({ kind: 'backend', choice: found, calibration }, []);
	};
	const gate = createGate();
	const fail = (thrown: unknown): void => {
		parts.post({ kind: 'failed', error: toRemeltError(thrown, 'worker-failed').serialize() }, []);
	};
	const open = async (request: Extract<Request, { kind: 'open' }>): Promise<TensorMerger> => {
		const kernels = await parts.loadKernels(request.backend, say, leaveGpu.signal);
		return parts.createMerger({
			kernels,
			open: openAll(request.models, parts.openFile, gate.pass),
			memoryBudget: request.memoryBudget,
		});
	};
	const merge = async (request: Extract<Request, { kind: 'merge' }>): Promise<void> => {
		if (merger === null) throw new Error('a merge was asked for before the models were opened');
		const run = await merger;
		current = request.tensor.name;
		const result = await run({
			index: request.index,
			tensor: request.tensor,
			onRead: (bytes) => {
				parts.post({ kind: 'read', bytes }, []);
			},
			...(request.wanted && {
				emit: async (bytes: Uint8Array) => {
					const own = owned(bytes);
					const answer = new Promise<void>((resolve) => (taken = resolve));
					parts.post({ kind: 'chunk', bytes: own }, [own.buffer]);
					await answer;
				},
				room: (bytes: number) => spares.take(bytes),
			}),
		});
		parts.post({ kind: 'merged', result }, []);
	};
	return (request) => {
		switch (request.kind) {
			case 'open':
				merger = open(request);
				merger.then(() => {
					parts.post({ kind: 'ready' }, []);
				}, fail);
				return;
			case 'merge':
				merge(request).catch(fail);
				return;
			case 'taken':
				if (request.spare) spares.add(request.spare);
				taken?.();
				taken = null;
				return;
			case 'hold':
				gate.hold(request.held);
				return;
			case 'leave-gpu':
				leaveGpu.abort();
		}
	};
}

/** A choice whose problem says at which tensor it came up. */
function withTensor(choice: BackendChoice, tensor: string | null): BackendChoice {
	const { problem } = choice;
	if (problem === null || tensor === null) return choice;
	return { ...choice, problem: { ...problem, details: { ...problem.details, tensor } } };
}

/** Bytes whose buffer is theirs alone and may be transferred. */
function owned(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
	const { buffer } = bytes;
	return buffer instanceof ArrayBuffer && buffer.byteLength === bytes.byteLength
		? new Uint8Array(buffer)
		: new Uint8Array(bytes);
}

/** Opens each file once; its reads wait at the gate. */
function openAll(
	models: Readonly<Record<string, WorkerModel>>,
	openFile: HostParts['openFile'],
	pass: () => Promise<void>,
): OpenFile {
	const opened = new Map<string, ByteSource>();
	return (reference, file) => {
		const key = JSON.stringify([reference, file]);
		const known = opened.get(key);
		if (known !== undefined) return known;
		const model = models[reference];
		if (model === undefined) throw new Error(`the plan names no model ${reference}`);
		const source = openFile(model, file);
		const gated: ByteSource = {
			name: source.name,
			size: source.size,
			readInto: source.readInto,
			async read(start, end, options) {
				await pass();
				return source.read(start, end, options);
			},
		};
		opened.set(key, gated);
		return gated;
	};
}
