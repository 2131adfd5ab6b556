import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { GRAM_BLOCK, loadWasmKernels, type Kernels } from '../../../src/kernels/index.ts';
import { AuditPlan } from '../../../src/kernels/webgpu/audit.ts';
import { calibrate, type Calibration } from '../../../src/kernels/webgpu/calibrate.ts';
import { chooseKernels, type ChooseOptions } from '../../../src/kernels/webgpu/choose.ts';
import { HeldChunk } from '../../../src/kernels/webgpu/chunk.ts';
import { openDevice, unavailable } from '../../../src/kernels/webgpu/device.ts';
import { thrownBy } from '../../support/errors.ts';
import { fakeGpu, type FakeGpu } from './fakes.ts';

let wasm: Kernels;
beforeAll(async () => {
	wasm = await loadWasmKernels();
});

describe('the plan of what is checked', () => {
	const blocksOf = (plan: AuditPlan, chunks: readonly number[]): number[] =>
		chunks.flatMap((blocks) => plan.next(blocks * GRAM_BLOCK).chosen);

	test('has one block in each run, however the tensor is cut', () => {
		fc.assert(
			fc.property(
				fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 30 }),
				fc.integer({ min: 1, max: 8 }),
				fc.double({ min: 0, max: 0.999, noNaN: true }),
				(chunks, share, random) => {
					const blocks = chunks.reduce((sum, n) => sum + n, 0);
					const make = (): AuditPlan => new AuditPlan(blocks * GRAM_BLOCK, share, () => random);
					const chosen = blocksOf(make(), chunks);
					expect(chosen).toEqual(blocksOf(make(), [blocks]));
					const runs = chosen.map((block) => Math.floor(block / share));
					expect(runs).toEqual(Array.from({ length: Math.ceil(blocks / share) }, (_, i) => i));
				},
			),
		);
	});

	test('has one block of a tensor that is smaller than a block', () => {
		expect(new AuditPlan(3, 64, () => 0.99).next(3)).toEqual({ first: 0, chosen: [0] });
	});
});

describe('a chunk whose inputs stay where they are', () => {
	const two = Uint8Array.of(0x80, 0x3f, 0x00, 0x40);

	test('is in WASM’s memory once somebody needs it there', () => {
		const inner = wasm.chunk();
		const chunk = new HeldChunk(inner);
		chunk.push('BF16', two);
		expect([chunk.elements, inner.elements]).toEqual([2, 0]);
		expect([...chunk.gram()]).toEqual([5]);
		chunk.push('BF16', two);
		expect([...chunk.combine([1, 1], 'BF16')]).toEqual([0, 0x40, 0x80, 0x40]);
		expect(chunk.compare([1, 0], 'BF16', two).identical).toBe(2);
		chunk.clear();
		expect([chunk.elements, inner.elements, chunk.inputs.length]).toEqual([0, 0, 0]);
	});

	test('refuses what WASM refuses, and can still be used', () => {
		const chunk = new HeldChunk(wasm.chunk());
		chunk.push('BF16', two);
		expect(() => {
			chunk.push('F32', two);
		}).toThrow('push: expected 2 elements, got 1');
		expect(() => {
			chunk.push('BF16', two.subarray(1));
		}).toThrow('push: 3 bytes are no whole number of BF16 elements');
		expect([...chunk.combine([1], 'BF16')]).toEqual([...two]);
	});

	test('uses reserved memory again', () => {
		const chunk = new HeldChunk(wasm.chunk());
		const first = chunk.reserve('BF16', 2);
		first.set(two);
		expect([...chunk.combine([1], 'BF16')]).toEqual([...two]);
		chunk.clear();
		expect(chunk.reserve('BF16', 1).buffer).toBe(first.buffer);
		expect(chunk.elements).toBe(1);
	});
});

describe('calibration', () => {
	/** A clock that the backends move on: a call of the GPU takes so many milliseconds. */
	async function timed(milliseconds: number, gpu: FakeGpu): Promise<Calibration> {
		let time = 0;
		gpu.spoil = () => (time += milliseconds);
		return calibrate(wasm, gpu, { elements: 3200, now: () => (time += 1) });
	}

	test('counts elements per second, and repeats what was fast', async () => {
		const gpu = fakeGpu(wasm);
		expect(await timed(4, gpu)).toEqual({
			combine: { wasm: 3.2e6, webgpu: 6.4e5 },
			compare: { wasm: 3.2e6, webgpu: 6.4e5 },
		});
		expect(gpu.calls.map(({ elements }) => elements)).toEqual(
			[100, 3200, 100, 3200].flatMap((elements) => [elements, elements, elements, elements]),
		);
	});

	test('neither repeats what was slow, nor asks for more of it', async () => {
		const gpu = fakeGpu(wasm);
		const { compare } = await timed(99, gpu);
		expect(compare.webgpu).toBe(1000);
		expect(gpu.calls.map(({ elements }) => elements)).toEqual([100, 100]);
	});
});

describe('the choice', () => {
	const fast = { wasm: 1e9, webgpu: 4e9 };
	const slow = { wasm: 1e9, webgpu: 1e8 };
	const options = (gpu: FakeGpu, more: Partial<ChooseOptions> = {}): ChooseOptions => ({
		setting: 'auto',
		open: () => Promise.resolve(gpu),
		workers: 2,
		...more,
	});

	test('takes the GPU for what it is faster at', async () => {
		const gpu = fakeGpu(wasm);
		const calibration = { compare: fast, combine: slow };
		const { kernels, choice } = await chooseKernels(wasm, options(gpu, { calibration }));
		expect(kernels.backend).toBe('webgpu');
		expect(choice).toEqual({
			setting: 'auto',
			gpu: { compare: true, combine: false },
			device: 'fake',
			advantage: { compare: 2, combine: 0.05 },
			problem: null,
		});
	});

	test('gives back a GPU that is slower, or as fast as so many threads', async () => {
		for (const workers of [1, 4]) {
			const gpu = fakeGpu(wasm);
			const calibration = { compare: workers === 4 ? fast : slow, combine: slow };
			const chosen = await chooseKernels(wasm, options(gpu, { calibration, workers }));
			expect(chosen.kernels).toBe(wasm);
			expect([gpu.closed, chosen.choice.problem]).toEqual([true, null]);
		}
	});

	test('measures where nobody has', async () => {
		const { calibration, choice } = await chooseKernels(wasm, options(fakeGpu(wasm)));
		expect(calibration?.compare.wasm).toBeGreaterThan(0);
		expect(choice.advantage?.combine).toBeGreaterThan(0);
	});

	test('is the reader’s: the GPU for everything, unmeasured, or not at all', async () => {
		const gpu = fakeGpu(wasm);
		const forced = await chooseKernels(wasm, options(gpu, { setting: 'webgpu' }));
		expect(forced.choice).toMatchObject({
			gpu: { compare: true, combine: true },
			advantage: null,
		});
		expect(gpu.calls).toEqual([]);
		const open = (): Promise<FakeGpu> => Promise.reject(new Error('asked for'));
		const off = await chooseKernels(wasm, options(gpu, { setting: 'wasm', open }));
		expect(off.kernels).toBe(wasm);
		expect(off.choice.problem).toBeNull();
	});

	test('says why there is no GPU', async () => {
		const open = (): Promise<FakeGpu> => Promise.reject(unavailable('This browser has no WebGPU.'));
		const { kernels, choice } = await chooseKernels(wasm, options(fakeGpu(wasm), { open }));
		expect(kernels).toBe(wasm);
		expect(choice.problem).toMatchObject({
			code: 'gpu-unavailable',
			message: 'This browser has no WebGPU.',
		});
	});
});

describe('a device', () => {
	test('that a browser does not offer', async () => {
		expect(await thrownBy(() => openDevice(undefined))).toMatchObject({ code: 'gpu-unavailable' });
		const gpu = { requestAdapter: () => Promise.resolve(null) } as Partial<GPU> as GPU;
		expect((await thrownBy(() => openDevice(gpu))).message).toBe('This browser offers no GPU.');
	});

	test('that cannot be opened', async () => {
		const requestDevice = (): Promise<never> => Promise.reject(new Error('used up'));
		const adapter = { requestDevice } as Partial<GPUAdapter> as GPUAdapter;
		const gpu = { requestAdapter: () => Promise.resolve(adapter) } as Partial<GPU> as GPU;
		expect(await thrownBy(() => openDevice(gpu))).toMatchObject({
			code: 'gpu-unavailable',
			details: { reason: 'used up' },
		});
	});
});
