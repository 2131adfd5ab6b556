import { createHash } from 'node:crypto';
import { parentPort, type Transferable } from 'node:worker_threads';
import { openHubFile } from '../hub/index.ts';
import { loadWasmKernels } from '../kernels/index.ts';
import { createMergeHost, createTensorMerger, openWorkerFile } from '../merge/index.ts';
import type { Request } from '../merge/index.ts';
import { nodeSource } from '../tensors/node.ts';
import { explain } from '../verify/index.ts';

// A merge worker of the command line: it reads its own ranges, and digests what it reads and makes.
const handle = createMergeHost({
	post: (report, transfer) => {
		parentPort?.postMessage(report, transfer as Transferable[]);
	},
	loadKernels: () => loadWasmKernels(),
	openFile: (model, name) => openWorkerFile(model, name, { hub: openHubFile, disk: nodeSource }),
	createMerger: (options) => createTensorMerger({ ...options, createHasher, explain }),
});

parentPort?.on('message', (request: Request) => {
	handle(request);
});

function createHasher(): { update(bytes: Uint8Array): void; digest(): string } {
	const hash = createHash('sha256');
	return {
		update: (bytes) => {
			hash.update(bytes);
		},
		digest: () => hash.digest('hex'),
	};
}
