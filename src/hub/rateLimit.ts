/** What a server says of one of its quotas. */
export interface RateLimit {
	/** The Hub's are `resolvers` (files) and `api`. */
	readonly bucket: string;
	/** Requests that are left in this window. */
	readonly remaining: number;
	/** Seconds until the next window. */
	readonly seconds: number;
}

/** `"resolvers";r=2976;t=166`, as the Hub sends it; browsers hide it from pages. */
export function parseRateLimit(text: string | null): readonly RateLimit[] {
	const items = (text ?? '').matchAll(/"([^"]*)"\s*;\s*r=(\d+)\s*;\s*t=(\d+)/g);
	return Array.from(items, ([, bucket = '', remaining, seconds]) => ({
		bucket,
		remaining: Number(remaining),
		seconds: Number(seconds),
	}));
}

/** Seconds after which a refused request may be made again; null where the server does not say. */
export function retryAfter(headers: Headers): number | null {
	const spent = parseRateLimit(headers.get('RateLimit')).filter(({ remaining }) => remaining === 0);
	if (spent.length > 0) return Math.max(...spent.map(({ seconds }) => seconds));
	const text = headers.get('Retry-After');
	return text !== null && /^\d+$/.test(text) ? Number(text) : null;
}
