import { readFile } from 'node:fs/promises';

/**
 * What tells this process from all others that ever have its number: on Linux when it was started, too,
 * because containers count from 1 again.
 */
export async function ownIdentity(): Promise<string> {
	return (await identityOf(process.pid)) ?? String(process.pid);
}

/** The number of the process that a lock's text means, if that still runs and is not this one. */
export async function holderOf(text: string): Promise<number | null> {
	const id = Number(text.split(' ')[0]);
	if (!Number.isSafeInteger(id) || id <= 0 || id === process.pid) return null;
	return (await identityOf(id)) === text ? id : null;
}

/** null where there is no such process, or only what is left of it until somebody asks how it ended. */
async function identityOf(id: number): Promise<string | null> {
	const stat = await readFile(`/proc/${id}/stat`, 'utf8').catch(() => null);
	if (stat === null) return exists(id) ? String(id) : null;
	// After the name, which stands in brackets and may have anything in it: the state is the third
	// entry of the line, the start the 22nd.
	const entries = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
	const [state = ''] = entries;
	return 'ZX'.includes(state) ? null : `${id} ${entries[19] ?? ''}`;
}

function exists(id: number): boolean {
	try {
		// Signal 0 only asks.
		return process.kill(id, 0);
	} catch (error) {
		return error instanceof Error && 'code' in error && error.code === 'EPERM';
	}
}
