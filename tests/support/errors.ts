import { RemeltError } from '../../src/errors/index.ts';

/** The `RemeltError` that `run` throws or rejects with; fails where it does neither. */
export async function thrownBy(run: () => unknown): Promise<RemeltError> {
	try {
		await run();
	} catch (error) {
		if (error instanceof RemeltError) return error;
		throw new Error(`not a RemeltError: ${String(error)}`, { cause: error });
	}
	throw new Error('nothing was thrown');
}
