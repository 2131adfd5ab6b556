import { toRemeltError, type RemeltError, type SerializedError } from '../../errors/index.ts';
import type { Kernels } from '../types.ts';
import { advantage, calibrate, type Calibration } from './calibrate.ts';
import { openDevice } from './device.ts';
import { knownAnswers, selfTest } from './selfTest.ts';
import { createGpuSum, type GpuSumOptions } from './sum.ts';
import type { GpuSum, Primitive } from './types.ts';
import { withWebGpu, type WebGpuOptions } from './withWebGpu.ts';

/** What computes, as the reader sets it. */
export type BackendSetting = 'auto' | 'wasm' | 'webgpu';

/** What computes, and why: plain data, to be shown. */
export interface BackendChoice {
	readonly setting: BackendSetting;
	/** What the GPU does; WASM does the rest. */
	readonly gpu: Readonly<Record<Primitive, boolean>>;
	/** What the GPU calls itself; empty where it does not say, or there is none. */
	readonly device: string;
	/** How many times as fast as WASM the GPU was; null where that was not measured. */
	readonly advantage: Readonly<Record<Primitive, number>> | null;
	/** Why the GPU is not used, or no longer; null where it could be. */
	readonly problem: SerializedError | null;
}

export interface ChooseOptions {
	readonly setting: BackendSetting;
	/** Sums on a GPU that has passed the self-test: {@link openGpuSum}. Called unless WASM is set. */
	readonly open: () => Promise<GpuSum>;
	/** Threads that compute at once. */
	readonly workers: number;
	/** What another thread has measured on this machine. */
	readonly calibration?: Calibration | null | undefined;
	/** The GPU was left for WASM while at work. */
	readonly onLeave?: (reason: RemeltError) => void;
	/** The GPU is left once this is aborted. */
	readonly signal?: AbortSignal | undefined;
	readonly checks?: Pick<WebGpuOptions, 'share' | 'timeout'>;
}

export interface Chosen {
	readonly kernels: Kernels;
	readonly choice: BackendChoice;
	/** For the other threads; null where nothing was measured. */
	readonly calibration: Calibration | null;
}

const NOTHING = { compare: false, combine: false } as const;
const EVERYTHING = { compare: true, combine: true } as const;

/** By how much the GPU has to be faster: less than this is noise. */
const WORTHWHILE = 1.1;

/**
 * The kernels to compute with. `auto`: the GPU for what it is faster at; `webgpu`: the GPU for all that
 * it can do, tensors of any size. A GPU that is not there or fails its self-test is not used. Never
 * rejects.
 */
export async function chooseKernels(wasm: Kernels, options: ChooseOptions): Promise<Chosen> {
	const { setting } = options;
	const without: BackendChoice = {
		setting,
		gpu: NOTHING,
		device: '',
		advantage: null,
		problem: null,
	};
	if (setting === 'wasm') return { kernels: wasm, choice: without, calibration: null };
	let sum: GpuSum | null = null;
	try {
		sum = await options.open();
		return await choose(wasm, sum, options);
	} catch (thrown) {
		sum?.close();
		const problem = toRemeltError(thrown, 'gpu-unavailable').serialize();
		return { kernels: wasm, choice: { ...without, problem }, calibration: null };
	}
}

/**
 * Sums on the reader's GPU, once it has passed the self-test; `gpu` is `navigator.gpu`. Rejects with
 * `gpu-unavailable` or `gpu-wrong`.
 */
export async function openGpuSum(
	gpu: GPU | undefined,
	shaders?: GpuSumOptions['shaders'],
): Promise<GpuSum> {
	const device = await openDevice(gpu);
	const sum = await createGpuSum(device, shaders && { shaders });
	try {
		await selfTest(sum, await knownAnswers());
		return sum;
	} catch (thrown) {
		sum.close();
		throw thrown;
	}
}

async function choose(wasm: Kernels, sum: GpuSum, options: ChooseOptions): Promise<Chosen> {
	const { setting, workers, onLeave, signal, checks } = options;
	const forced = setting === 'webgpu';
	const calibration = options.calibration ?? (forced ? null : await calibrate(wasm, sum));
	const times = calibration && {
		compare: advantage(calibration.compare, workers),
		combine: advantage(calibration.combine, workers),
	};
	const worthwhile = (primitive: Primitive): boolean => (times?.[primitive] ?? 0) >= WORTHWHILE;
	const use = forced
		? EVERYTHING
		: { compare: worthwhile('compare'), combine: worthwhile('combine') };
	const choice = { setting, gpu: use, device: sum.device, advantage: times, problem: null };
	if (!use.compare && !use.combine) {
		sum.close();
		return { kernels: wasm, choice, calibration };
	}
	const fromElements = forced ? 0 : undefined;
	return {
		kernels: withWebGpu(wasm, sum, { ...checks, use, fromElements, onLeave, signal }),
		choice,
		calibration,
	};
}
