import { RemeltError } from '../../errors/index.ts';

/**
 * A device of the reader's GPU, with default limits: every device that there is has them. `gpu` is
 * `navigator.gpu`, absent where a browser has no WebGPU. Rejects with `gpu-unavailable`.
 */
export async function openDevice(gpu: GPU | undefined): Promise<GPUDevice> {
	if (gpu === undefined) throw unavailable('This browser has no WebGPU.');
	const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
	if (adapter === null) throw unavailable('This browser offers no GPU.');
	try {
		return await adapter.requestDevice();
	} catch (thrown) {
		throw unavailable('The GPU could not be opened.', thrown);
	}
}

/** What a device calls itself: `nvidia hopper`. */
export function deviceName({ adapterInfo }: GPUDevice): string {
	const { description, vendor, architecture } = adapterInfo;
	return description === '' ? `${vendor} ${architecture}`.trim() : description;
}

/** Why a GPU cannot be used, or no longer. */
export function unavailable(message: string, cause?: unknown): RemeltError {
	return new RemeltError('gpu-unavailable', message, {
		hint: 'Nothing needs to be done: the WASM kernels give the same result.',
		...(cause instanceof Error && { details: { reason: cause.message } }),
		cause,
	});
}
