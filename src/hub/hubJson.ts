import { RemeltError } from '../errors/index.ts';
import { readText, type Watchdog } from './body.ts';
import { API_LIMIT, type HubClient } from './client.ts';
import { nameAddress } from './httpErrors.ts';

/** What an address of the API answers, parsed. Throws `http-status` where that is not JSON. */
export async function readJson(
	url: string,
	{ client, signal }: { readonly client: HubClient; readonly signal: AbortSignal | undefined },
): Promise<unknown> {
	const read = async (watchdog: Watchdog): Promise<string> =>
		readText(await client.get(url, { watchdog }), API_LIMIT, { url, watchdog });
	const text = await client.persist(url, read, { signal });
	try {
		return JSON.parse(text);
	} catch (error) {
		throw strange(url, error);
	}
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
	return typeof value === 'object' && value !== null;
}

/** A text in an answer of the API. Throws `http-status` where there is none. */
export function stringOf(value: unknown, key: string, url: string): string {
	const text = isRecord(value) ? value[key] : undefined;
	if (typeof text === 'string') return text;
	throw strange(url, new TypeError(`no ${key}`));
}

function strange(url: string, cause: unknown): RemeltError {
	return new RemeltError(
		'http-status',
		`The API gave an answer that Remelt does not understand (${nameAddress(url)}).`,
		{
			hint: 'The server may not be a Hub, or a proxy answers in its place. Open the address in a browser tab to see.',
			details: { url },
			cause,
		},
	);
}
