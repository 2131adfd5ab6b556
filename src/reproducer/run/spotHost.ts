import { toRemeltError } from '../../errors/index.ts';
import type { Kernels } from '../../kernels/index.ts';
import type { WorkerModel } from '../../merge/index.ts';
import type { ByteSource } from '../../tensors/index.ts';
import { runSpot } from '../../verify/index.ts';
import type { SpotReport, SpotRequest } from './spotProtocol.ts';

/** What a worker of a spot check does to the world. */
export interface SpotHostParts {
	readonly post: (report: SpotReport) => void;
	readonly loadKernels: () => Promise<Kernels>;
	readonly openFile: (model: WorkerModel, name: string) => ByteSource;
}

/** Answers a worker's one request; never rejects. Ending the worker is what aborts it. */
export async function hostSpot(
	{ plan, spot, models }: SpotRequest,
	{ post, loadKernels, openFile }: SpotHostParts,
): Promise<void> {
	// One source for each file: it holds the address that the Hub redirected to.
	const opened = new Map<string, ByteSource>();
	const open = (reference: string, file: string): ByteSource => {
		const key = JSON.stringify([reference, file]);
		const model = models[reference];
		if (model === undefined) throw new Error(`the plan names no model ${reference}`);
		const source = opened.get(key) ?? openFile(model, file);
		opened.set(key, source);
		return source;
	};
	try {
		const findings = await runSpot(plan, spot, {
			kernels: await loadKernels(),
			open,
			onFinding: (finding, bytes) => {
				post({ kind: 'found', finding, bytes });
			},
		});
		post({ kind: 'done', findings });
	} catch (thrown) {
		post({ kind: 'failed', error: toRemeltError(thrown, 'kernel-failed').serialize() });
	}
}
