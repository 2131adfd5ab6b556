import { deserializeError, RemeltError } from '../../errors/index.ts';
import type { SpotFinding } from '../../verify/index.ts';
import type { SpotRequest, SpotWorker } from './spotProtocol.ts';

export interface CheckSpotsOptions {
	readonly spawn: () => SpotWorker;
	readonly signal: AbortSignal;
	/** After each window: its finding, and how many bytes it took. */
	readonly onFinding: (finding: SpotFinding, bytes: number) => void;
}

/**
 * Runs a spot check in a worker of its own, which is gone when this settles. Findings come in plan
 * order. Rejects with what the worker failed with, `worker-failed` and `aborted`.
 */
export async function checkSpots(
	request: SpotRequest,
	{ spawn, signal, onFinding }: CheckSpotsOptions,
): Promise<readonly SpotFinding[]> {
	if (signal.aborted) throw aborted();
	const worker = spawn();
	const ended = Promise.withResolvers<readonly SpotFinding[]>();
	const abort = (): void => {
		ended.reject(aborted());
	};
	signal.addEventListener('abort', abort);
	worker.onmessage = ({ data }) => {
		if (data.kind === 'found') onFinding(data.finding, data.bytes);
		else if (data.kind === 'done') ended.resolve(data.findings);
		else ended.reject(deserializeError(data.error));
	};
	worker.onerror = ({ message }) => {
		ended.reject(stopped(message));
	};
	try {
		worker.postMessage(request);
		return await ended.promise;
	} finally {
		signal.removeEventListener('abort', abort);
		worker.onmessage = null;
		worker.terminate();
	}
}

function aborted(): RemeltError {
	return new RemeltError('aborted', 'The spot check was cancelled.');
}

function stopped(message: string): RemeltError {
	const reason = message === '' ? 'it gave no reason' : message;
	return new RemeltError('worker-failed', `The spot check’s worker stopped: ${reason}.`, {
		hint: 'Check again; if the device is short of memory, close other tabs before.',
		details: { reason },
	});
}
