import { openHubFile } from '../../hub/index.ts';
import { chooseKernels, loadWasmKernels, openGpuSum, type Kernels } from '../../kernels/index.ts';
import { createMergeHost, createTensorMerger, openWorkerFile } from '../../merge/index.ts';
import type { BackendRequest, Request, SayBackend } from '../../merge/index.ts';
import { explain } from '../../verify/index.ts';

const handle = createMergeHost({
	post: (report, transfer) => {
		globalThis.postMessage(report, { transfer });
	},
	loadKernels,
	openFile: (model, name) => openWorkerFile(model, name, { hub: openHubFile }),
	createMerger: (options) => createTensorMerger({ ...options, explain }),
});

globalThis.onmessage = (event: MessageEvent<Request>): void => {
	handle(event.data);
};

/** WASM, or WASM with the GPU's help, as the reader has set it and this machine suggests. */
async function loadKernels(
	backend: BackendRequest | undefined,
	say: SayBackend,
	signal: AbortSignal,
): Promise<Kernels> {
	const wasm = await loadWasmKernels();
	if (backend === undefined) return wasm;
	const chosen = await chooseKernels(wasm, {
		...backend,
		signal,
		open: () => openGpuSum(navigator.gpu),
		onLeave: (reason) => {
			const gpu = { compare: false, combine: false };
			say({ ...chosen.choice, gpu, problem: reason.serialize() }, chosen.calibration);
		},
	});
	say(chosen.choice, chosen.calibration);
	return chosen.kernels;
}
