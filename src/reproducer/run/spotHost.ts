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

/**
 * Answers a worker's requests, one after another; never rejects. What was read for one request is kept
 * for the next, which looks at the same windows. Ending the worker is what aborts it.
 */
export function createSpotHost({
	post,
	loadKernels,
	openFile,
}: SpotHostParts): (request: SpotRequest) => Promise<void> {
	const opened = new Map<string, ByteSource>();
	const open = (models: SpotRequest['models'], reference: string, file: string): ByteSource => {
		const key = JSON.stringify([reference, file]);
		const model = models[reference];
		if (model === undefined) throw new Error(`the plan names no model ${reference}`);
		const source = opened.get(key) ?? keepReads(openFile(model, file));
		opened.set(key, source);
		return source;
	};
	return async ({ plan, spot, models }) => {
		try {
			const findings = await runSpot(plan, spot, {
				kernels: await loadKernels(),
				open: (reference, file) => open(models, reference, file),
				onFinding: (finding, bytes) => {
					post({ kind: 'found', finding, bytes });
				},
			});
			post({ kind: 'done', findings });
		} catch (thrown) {
			post({ kind: 'failed', error: toRemeltError(thrown, 'kernel-failed').serialize() });
		}
	};
}

/** A source that reads each range once: a spot check's windows are few and small. */
function keepReads(source: ByteSource): ByteSource {
	const kept = new Map<string, Promise<Uint8Array>>();
	return {
		name: source.name,
		size: source.size,
		async read(start, end, options) {
			const key = `${String(start)}-${String(end)}`;
			const read = kept.get(key) ?? source.read(start, end, options);
			kept.set(key, read);
			return read;
		},
	};
}
