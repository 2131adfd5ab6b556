import { openHubFile } from '../../hub/index.ts';
import { loadWasmKernels } from '../../kernels/index.ts';
import { openWorkerFile } from '../../merge/index.ts';
import { hostSpot } from './spotHost.ts';
import type { SpotRequest } from './spotProtocol.ts';

globalThis.onmessage = (event: MessageEvent<SpotRequest>): void => {
	void hostSpot(event.data, {
		post: (report) => {
			globalThis.postMessage(report);
		},
		loadKernels: () => loadWasmKernels(),
		openFile: (model, name) => openWorkerFile(model, name, { hub: openHubFile }),
	});
};
