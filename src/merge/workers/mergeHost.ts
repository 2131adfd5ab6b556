import { toRemeltError } from '../../errors/index.ts';
import type { Kernels } from '../../kernels/index.ts';
import type { ByteSource } from '../../tensors/index.ts';
import type { OpenFile, TensorMerger } from '../types.ts';
import { createGate } from './gate.ts';
import type { Report, Request, WorkerModel } from './protocol.ts';

/** What a merge host needs from outside, so that it can be tested without a worker. */
export interface HostParts {
	readonly post: (report: Report, transfer: Transferable[]) => void;
	readonly loadKernels: () => Promise<Kernels>;
	/** A weight file of a model; called once per file and run. */
	readonly openFile: (model: WorkerModel, file: string) => ByteSource;
	readonly createMerger: (options: {
		kernels: Kernels;
		open: OpenFile;
		memoryBudget: number;
	}) => TensorMerger;
}

/** The worker's side of the protocol: returns what to do with each request. */
export function createMergeHost(parts: HostParts): (request: Request) => void {
	let merger: Promise<TensorMerger> | null = null;
	let taken: (() => void) | null = null;
	const gate = createGate();
	const fail = (thrown: unknown): void => {
		parts.post({ kind: 'failed', error: toRemeltError(thrown, 'worker-failed').serialize() }, []);
	};
	const open = async (request: Extract<Request, { kind: 'open' }>): Promise<TensorMerger> => {
		const kernels = await parts.loadKernels();
		return parts.createMerger({
			kernels,
			open: openAll(request.models, parts.openFile, gate.pass),
			memoryBudget: request.memoryBudget,
		});
	};
	const merge = async (request: Extract<Request, { kind: 'merge' }>): Promise<void> => {
		if (merger === null) throw new Error('a merge was asked for before the models were opened');
		const run = await merger;
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
				taken?.();
				taken = null;
				return;
			case 'hold':
				gate.hold(request.held);
		}
	};
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
			async read(start, end, options) {
				await pass();
				return source.read(start, end, options);
			},
		};
		opened.set(key, gated);
		return gated;
	};
}
