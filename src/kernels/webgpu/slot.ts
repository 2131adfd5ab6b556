import type { FloatDtype } from '../../tensors/index.ts';
import type { SumTask } from './types.ts';

/** Flags of the WebGPU standard; not every thread that has WebGPU has its constants. */
export const USAGE = {
	mapRead: 0x0001,
	copySource: 0x0004,
	copyTarget: 0x0008,
	uniform: 0x0040,
	storage: 0x0080,
} as const;

/** Bytes per element. */
export const SIZES: Readonly<Record<FloatDtype, number>> = { F32: 4, F16: 2, BF16: 2 };

/** As the shaders number them. */
const CODES: Readonly<Record<FloatDtype, number>> = { F32: 0, F16: 1, BF16: 2 };

/** Bytes of the shaders' `Job`: four numbers, and four for each of eight inputs. */
const JOB_BYTES = 16 + 8 * 16;

/** Bytes of a piece's elements on the GPU: they are computed two at a time, each pair in whole words. */
export function paddedBytes(elements: number, dtype: FloatDtype): number {
	return 2 * Math.ceil(elements / 2) * SIZES[dtype];
}

/**
 * The buffers of one piece under way. They are kept for the next piece, and made anew only where it
 * needs larger ones.
 */
export class Slot {
	readonly #device: GPUDevice;
	readonly #buffers = new Map<string, GPUBuffer>();

	constructor(device: GPUDevice) {
		this.#device = device;
	}

	/** A buffer of at least so many bytes. */
	buffer(name: string, usage: number, bytes: number): GPUBuffer {
		const known = this.#buffers.get(name);
		if (known !== undefined && known.size >= bytes) return known;
		known?.destroy();
		const size = Math.max(256, 2 ** Math.ceil(Math.log2(bytes)));
		const made = this.#device.createBuffer({ label: name, size, usage });
		this.#buffers.set(name, made);
		return made;
	}

	/** Copies the inputs in and says how they are to be summed: the two buffers of every shader. */
	fill({ inputs, weights, dtype, elements }: SumTask): [job: GPUBuffer, inputs: GPUBuffer] {
		const job = new Uint32Array(JOB_BYTES / 4);
		const bits = new Uint32Array(Float32Array.from(weights).buffer);
		job.set([elements, CODES[dtype], inputs.length]);
		let start = 0;
		for (const [i, input] of inputs.entries()) {
			job.set([CODES[input.dtype], start / 4, bits[i] ?? 0], 4 + 4 * i);
			start += paddedBytes(elements, input.dtype);
		}
		const target = this.buffer('inputs', USAGE.storage | USAGE.copyTarget, start);
		start = 0;
		for (const input of inputs) {
			this.upload(target, start, input.bytes);
			start += paddedBytes(elements, input.dtype);
		}
		const uniform = this.buffer('job', USAGE.uniform | USAGE.copyTarget, JOB_BYTES);
		this.upload(uniform, 0, new Uint8Array(job.buffer));
		return [uniform, target];
	}

	/** Copies bytes to a buffer. The standard wants whole words. */
	upload(buffer: GPUBuffer, offset: number, bytes: Uint8Array): void {
		const { queue } = this.#device;
		const whole = bytes.byteLength - (bytes.byteLength % 4);
		queue.writeBuffer(buffer, offset, bytes.buffer, bytes.byteOffset, whole);
		if (whole === bytes.byteLength) return;
		const word = new Uint8Array(4);
		word.set(bytes.subarray(whole));
		queue.writeBuffer(buffer, offset + whole, word);
	}
}
