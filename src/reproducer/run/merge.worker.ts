import { openHubFile } from '../../hub/index.ts';
import { loadWasmKernels } from '../../kernels/index.ts';
import { createTensorMerger } from '../../merge/index.ts';
import { createMergeHost } from './mergeHost.ts';
import type { Request } from './protocol.ts';
import { openWorkerFile } from './workerFile.ts';

const handle = createMergeHost({
	post: (report, transfer) => {
		globalThis.postMessage(report, { transfer });
	},
	loadKernels: () => loadWasmKernels(),
	openFile: (model, name) => openWorkerFile(model, name, openHubFile),
	createMerger: createTensorMerger,
});

globalThis.onmessage = (event: MessageEvent<Request>): void => {
	handle(event.data);
};
