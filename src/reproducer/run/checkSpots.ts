import { deserializeError, RemeltError } from '../../errors/index.ts';
import type { SpotFinding } from '../../verify/index.ts';
import type { SpotRequest, SpotWorker } from './spotProtocol.ts';

export interface CheckSpotsOptions {
	readonly spawn: () => SpotWorker;
	readonly signal: AbortSignal;
	/** After each window: its finding, and how many bytes it took. */
	readonly onFinding: (finding: SpotFinding, bytes: number) => void;
	/** Gets a request's findings in plan order; answers with what to check next, null: nothing. */
	readonly onDone: (findings: readonly SpotFinding[]) => SpotRequest | null;
}

/**
 * Runs spot checks one after another in a worker of their own, which is gone when this settles. Rejects
 * with what the worker failed with, `worker-failed` and `aborted`.
 */
export async function checkSpots(
	request: SpotRequest,
	{ spawn, signal, onFinding, onDone }: CheckSpotsOptions,
): Promise<void> {
	if (signal.aborted) throw aborted();
	const worker = spawn();
	const ended = Promise.withResolvers<undefined>();
	const abort = (): void => {
		ended.reject(aborted());
	};
	signal.addEventListener('abort', abort);
	worker.onmessage = ({ data }) => {
		if (data.kind === 'found') onFinding(data.finding, data.bytes);
		else if (data.kind === 'failed') ended.reject(deserializeError(data.error));
		else {
			const next = onDone(data.findings);
			if (next === null) ended.resolve(undefined);
			else worker.postMessage(next);
		}
	};
	worker.onerror = ({ message }) => {
		ended.reject(stopped(message));
	};
	try {
		worker.postMessage(request);
		await ended.promise;
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
