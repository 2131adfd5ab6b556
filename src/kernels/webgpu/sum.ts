import { RemeltError } from '../../errors/index.ts';
import { GRAM_BLOCK } from '../types.ts';
import { COUNTS } from './counts.ts';
import { deviceName, unavailable } from './device.ts';
import { paddedBytes, SIZES, Slot, USAGE } from './slot.ts';
import type { GpuSum, Primitive, SumTask } from './types.ts';

/** Most bytes in one buffer: enough to keep a GPU busy, little to hold twice. */
const PIECE_BYTES = 32 * 2 ** 20;

/** Pieces under way at a time: one is computed while the next is copied. */
const IN_FLIGHT = 2;

const MAP_READ = 1;

export interface GpuSumOptions {
	/** The program of each primitive; default: the ones of this folder. */
	readonly shaders?: Readonly<Record<Primitive, string>>;
	/** Most bytes in one buffer; default 32 MiB. */
	readonly pieceBytes?: number;
}

/** What the pieces of all calls share. */
interface Engine {
	readonly device: GPUDevice;
	readonly pipelines: Readonly<Record<Primitive, GPUComputePipeline>>;
	readonly pieceBytes: number;
	/** Runs with a slot that nobody else uses. */
	readonly withSlot: <T>(run: (slot: Slot) => Promise<T>) => Promise<T>;
	/** Why nothing can be computed any more; null while the device is there. */
	readonly loss: () => RemeltError | null;
}

/**
 * Compiles the shaders for a device. The device is the sum's from now on: `close` destroys it.
 * Rejects with `gpu-unavailable` where they do not compile.
 */
export async function createGpuSum(
	device: GPUDevice,
	options: GpuSumOptions = {},
): Promise<GpuSum> {
	const shaders = options.shaders ?? (await import('./shaders.ts')).SHADERS;
	const [combine, compare] = await Promise.all([
		compile(device, 'combine', shaders.combine),
		compile(device, 'compare', shaders.compare),
	]);
	let loss: RemeltError | null = null;
	void device.lost.then((info) => {
		loss ??= unavailable('The GPU was lost.', new Error(info.message));
	});
	const engine: Engine = {
		device,
		pipelines: { combine, compare },
		pieceBytes: options.pieceBytes ?? PIECE_BYTES,
		withSlot: slots(device),
		loss: () => loss,
	};
	return {
		device: deviceName(device),
		combine: async (task, into) => {
			await inPieces(engine, task, async (piece, start) => {
				const from = start * SIZES[task.dtype];
				const bytes = piece.elements * SIZES[task.dtype];
				await combinePiece(engine, piece, into.subarray(from, from + bytes));
			});
		},
		compare: async (task, expected) => {
			const counts = new Uint32Array(Math.ceil(task.elements / GRAM_BLOCK) * COUNTS);
			await inPieces(engine, task, async (piece, start) => {
				const theirs = part(expected, SIZES[task.dtype], start, piece.elements);
				await comparePiece(engine, piece, theirs, counts.subarray((start / GRAM_BLOCK) * COUNTS));
			});
			return counts;
		},
		close: () => {
			loss ??= unavailable('The GPU was given back.');
			device.destroy();
		},
	};
}

async function compile(
	device: GPUDevice,
	name: Primitive,
	code: string,
): Promise<GPUComputePipeline> {
	const module = device.createShaderModule({ label: name, code });
	try {
		return await device.createComputePipelineAsync({
			label: name,
			layout: 'auto',
			compute: { module, entryPoint: name },
		});
	} catch (thrown) {
		throw unavailable('The GPU’s compiler refused a shader.', thrown);
	}
}

/** Hands out the slots, in turn. */
function slots(device: GPUDevice): Engine['withSlot'] {
	const free = Array.from({ length: IN_FLIGHT }, () => new Slot(device));
	const waiting: ((slot: Slot) => void)[] = [];
	return async (run) => {
		const slot = free.pop() ?? (await new Promise<Slot>((resolve) => waiting.push(resolve)));
		try {
			return await run(slot);
		} finally {
			const next = waiting.shift();
			if (next === undefined) free.push(slot);
			else next(slot);
		}
	};
}

/** Cuts a task into pieces that fit the device; each begins at a whole block. */
async function inPieces(
	engine: Engine,
	task: SumTask,
	run: (piece: SumTask, start: number) => Promise<void>,
): Promise<void> {
	const step = pieceElements(engine, task);
	const pieces: Promise<void>[] = [];
	for (let start = 0; start < task.elements; start += step) {
		const elements = Math.min(step, task.elements - start);
		const inputs = task.inputs.map(({ dtype, bytes }) => ({
			dtype,
			bytes: part(bytes, SIZES[dtype], start, elements),
		}));
		pieces.push(run({ ...task, inputs, elements }, start));
	}
	await Promise.all(pieces);
}

function pieceElements({ device, pieceBytes }: Engine, { inputs, dtype }: SumTask): number {
	const { maxStorageBufferBindingSize, maxBufferSize, maxComputeWorkgroupsPerDimension } =
		device.limits;
	const bytes = Math.min(pieceBytes, maxStorageBufferBindingSize, maxBufferSize);
	const together = inputs.reduce((sum, input) => sum + SIZES[input.dtype], 0);
	const blocks = Math.floor(bytes / GRAM_BLOCK / Math.max(together, SIZES[dtype]));
	return GRAM_BLOCK * Math.max(1, Math.min(blocks, maxComputeWorkgroupsPerDimension));
}

function part(bytes: Uint8Array, size: number, start: number, elements: number): Uint8Array {
	return bytes.subarray(start * size, (start + elements) * size);
}

async function combinePiece(engine: Engine, piece: SumTask, into: Uint8Array): Promise<void> {
	const size = paddedBytes(piece.elements, piece.dtype);
	await engine.withSlot((slot) =>
		dispatch(engine, slot, 'combine', size, piece, into, () => {
			const output = slot.buffer('output', USAGE.storage | USAGE.copySource, size);
			return { bound: [output], result: output };
		}),
	);
}

async function comparePiece(
	engine: Engine,
	piece: SumTask,
	expected: Uint8Array,
	counts: Uint32Array,
): Promise<void> {
	const size = Math.ceil(piece.elements / GRAM_BLOCK) * COUNTS * 4;
	const into = new Uint8Array(counts.buffer, counts.byteOffset, size);
	await engine.withSlot((slot) =>
		dispatch(engine, slot, 'compare', size, piece, into, () => {
			const bytes = paddedBytes(piece.elements, piece.dtype);
			const theirs = slot.buffer('expected', USAGE.storage | USAGE.copyTarget, bytes);
			slot.upload(theirs, 0, expected);
			const blocks = slot.buffer('blocks', USAGE.storage | USAGE.copySource, size);
			return { bound: [theirs, blocks], result: blocks };
		}),
	);
}

/** Runs a shader over a piece and reads `size` bytes of the result, of which `into` takes its share. */
async function dispatch(
	{ device, pipelines, loss }: Engine,
	slot: Slot,
	primitive: Primitive,
	size: number,
	piece: SumTask,
	into: Uint8Array,
	more: () => { bound: readonly GPUBuffer[]; result: GPUBuffer },
): Promise<void> {
	throwIfLost(loss);
	for (const filter of ['validation', 'out-of-memory', 'internal'] as const)
		device.pushErrorScope(filter);
	const [job, inputs] = slot.fill(piece);
	const { bound, result } = more();
	const readback = slot.buffer('readback', USAGE.mapRead | USAGE.copyTarget, size);
	const encoder = device.createCommandEncoder();
	const pass = encoder.beginComputePass();
	pass.setPipeline(pipelines[primitive]);
	const entries = [job, inputs, ...bound].map((buffer, binding) => ({
		binding,
		resource: { buffer },
	}));
	const layout = pipelines[primitive].getBindGroupLayout(0);
	pass.setBindGroup(0, device.createBindGroup({ layout, entries }));
	pass.dispatchWorkgroups(Math.ceil(piece.elements / GRAM_BLOCK));
	pass.end();
	encoder.copyBufferToBuffer(result, 0, readback, 0, size);
	device.queue.submit([encoder.finish()]);
	const scopes = [device.popErrorScope(), device.popErrorScope(), device.popErrorScope()];
	await read(readback, size, scopes, (bytes) => {
		throwIfLost(loss);
		into.set(bytes.subarray(0, into.byteLength));
	});
}

function throwIfLost(loss: Engine['loss']): void {
	const error = loss();
	if (error !== null) throw error;
}

/** Waits until a buffer can be read, and for what went wrong on the way. */
async function read(
	buffer: GPUBuffer,
	size: number,
	scopes: readonly Promise<GPUError | null>[],
	use: (bytes: Uint8Array) => void,
): Promise<void> {
	const mapped = buffer.mapAsync(MAP_READ, 0, size);
	try {
		const [errors] = await Promise.all([Promise.all(scopes), mapped]);
		const error = errors.find((entry) => entry !== null);
		if (error !== undefined) throw new Error(error.message);
		use(new Uint8Array(buffer.getMappedRange(0, size)));
	} catch (thrown) {
		if (thrown instanceof RemeltError) throw thrown;
		throw unavailable('The GPU failed.', thrown);
	} finally {
		buffer.unmap();
	}
}
