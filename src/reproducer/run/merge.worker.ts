import { openHubFile } from '../../hub/index.ts';
import { loadWasmKernels } from '../../kernels/index.ts';
import { createMergeHost, createTensorMerger, openWorkerFile } from '../../merge/index.ts';
import type { Request } from '../../merge/index.ts';

const handle = createMergeHost({
	post: (report, transfer) => {
		globalThis.postMessage(report, { transfer });
	},
	loadKernels: () => loadWasmKernels(),
	openFile: (model, name) => openWorkerFile(model, name, { hub: openHubFile }),
	createMerger: createTensorMerger,
});

globalThis.onmessage = (event: MessageEvent<Request>): void => {
	handle(event.data);
};
