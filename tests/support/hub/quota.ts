import type { ServerResponse } from 'node:http';

/** Requests in a fixed window, as the Hub counts them: files and API apart. */
export interface Quota {
	readonly resolvers: number;
	readonly api: number;
	/** Length of a window. */
	readonly seconds: number;
}

export type Bucket = 'resolvers' | 'api';

export interface QuotaCounter {
	/** Counts a request and sets the headers that the Hub sets; false where the quota is spent. */
	take(bucket: Bucket, response: ServerResponse): boolean;
}

/** Counts from the first request of a window; `now` in milliseconds. */
export function createQuota(quota: Quota, now: () => number): QuotaCounter {
	const windows = new Map<Bucket, { start: number; used: number }>();
	return {
		take: (bucket, response) => {
			const length = quota.seconds * 1000;
			let window = windows.get(bucket);
			if (window === undefined || now() >= window.start + length) {
				window = { start: now(), used: 0 };
				windows.set(bucket, window);
			}
			const granted = window.used < quota[bucket];
			if (granted) window.used++;
			const left = quota[bucket] - window.used;
			const reset = Math.ceil((window.start + length - now()) / 1000);
			response.setHeader('RateLimit', `"${bucket}";r=${left};t=${reset}`);
			response.setHeader(
				'RateLimit-Policy',
				`"fixed window";"${bucket}";q=${quota[bucket]};w=${quota.seconds}`,
			);
			return granted;
		},
	};
}
