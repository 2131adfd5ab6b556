/** The ways in which servers, proxies and the Hub itself were seen to misbehave. */
export type FaultKind =
	/** 200 and the whole file to a range request. */
	| 'ignore-range'
	/** 206 with fewer bytes than its `Content-Range` says (`bytes`: how many fewer, default 1). */
	| 'short-body'
	/** The same without a `Content-Length`, so that only the end of the body tells. */
	| 'short-chunked'
	/** 206 with more bytes than its `Content-Range` says. */
	| 'long-body'
	/** 206 whose `Content-Range` is shifted by one byte. */
	| 'wrong-content-range'
	/** 206 without a `Content-Range`. */
	| 'no-content-range'
	/** 206 whose body was compressed on the way. */
	| 'compressed'
	/** Another ETag than before. */
	| 'changed-etag'
	/** Another total in `Content-Range` than before. */
	| 'changed-size'
	/** A weight file whose length prefix promises more header than the file has. */
	| 'truncated-header'
	/** 401 with `X-Error-Code: GatedRepo`. */
	| 'gated'
	/** 401 without an error code. */
	| 'unauthorized'
	/** 404 with `X-Error-Code: EntryNotFound`. */
	| 'not-found'
	/** 403 as a store answers to an address whose signature has expired. */
	| 'expired'
	/** 429; `seconds`: what its `RateLimit` header says, default 120. */
	| 'rate-limited'
	/** 5xx: `status`, default 500. */
	| 'server-error'
	/** Nothing is answered; with `bytes`, nothing after that many. */
	| 'stall'
	/** The connection is cut before an answer. */
	| 'drop'
	/** The connection is cut after half of the body, or after `bytes`. */
	| 'drop-midway'
	/** The same by a reset, which may take bytes with it that were sent before. */
	| 'reset'
	/** `bytes` (default 64) every `ms` milliseconds (default 5), all of them right. */
	| 'trickle'
	/** No CORS headers. */
	| 'no-cors'
	/** Each answer waits `ms` milliseconds (default 100) and is right. */
	| 'delay';

export interface Fault {
	readonly kind: FaultKind;
	/** Requests whose path contains this; default all. */
	readonly path?: string;
	/** Only the first of the two servers, or the second; default both. */
	readonly host?: 'hub' | 'cdn';
	/** How often; default until cleared. */
	readonly times?: number;
	/** How many matching requests are answered well first; default 0. */
	readonly after?: number;
	readonly bytes?: number;
	readonly status?: number;
	readonly ms?: number;
	readonly seconds?: number;
}

export interface FaultHandle {
	clear(): void;
}

export interface Faults {
	add(fault: Fault): FaultHandle;
	/** The fault that this request meets, counting it. */
	take(path: string, method: string, host: 'hub' | 'cdn'): Fault | undefined;
	clear(): void;
}

export function createFaults(): Faults {
	const active = new Map<Fault, { skip: number; left: number }>();
	return {
		add: (fault) => {
			const own = { ...fault };
			active.set(own, { skip: fault.after ?? 0, left: fault.times ?? Infinity });
			return { clear: () => void active.delete(own) };
		},
		take: (path, method, host) => {
			for (const [fault, count] of active) {
				if (method === 'OPTIONS' && fault.kind !== 'no-cors') continue;
				if (fault.path !== undefined && !path.includes(fault.path)) continue;
				if (fault.host !== undefined && fault.host !== host) continue;
				if (count.skip-- > 0 || count.left-- <= 0) continue;
				return fault;
			}
			return undefined;
		},
		clear: () => active.clear(),
	};
}
