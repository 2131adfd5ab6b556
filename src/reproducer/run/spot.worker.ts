import { openHubFile } from '../../hub/index.ts';
import { loadWasmKernels } from '../../kernels/index.ts';
import { openWorkerFile } from '../../merge/index.ts';
import { createSpotHost } from './spotHost.ts';
import type { SpotRequest } from './spotProtocol.ts';

const handle = createSpotHost({
	post: (report) => {
		globalThis.postMessage(report);
	},
	loadKernels: () => loadWasmKernels(),
	openFile: (model, name) => openWorkerFile(model, name, { hub: openHubFile }),
});

globalThis.onmessage = (event: MessageEvent<SpotRequest>): void => {
	void handle(event.data);
};
