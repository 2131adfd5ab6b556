import type { Fault, FaultHandle } from './faults.ts';
import type { Quota } from './quota.ts';
import type { HubRepo } from './repos.ts';

export interface HubServerOptions {
	/** Model id -> its folder, or its history. */
	readonly models: Readonly<Record<string, string | HubRepo>>;
	/** Models whose files are answered with 401 and `GatedRepo`; more is said by `HubRepo.gated`. */
	readonly gated?: readonly string[];
	/** Old name -> name, as after a rename. */
	readonly renamed?: Readonly<Record<string, string>>;
	/** Access token -> the gated and private models that it opens. */
	readonly tokens?: Readonly<Record<string, readonly string[]>>;
	/** Answer weight files with a 302 to a second port, as the Hub does; default true. */
	readonly cdn?: boolean;
	/** Answer small files with a 307 to a cache on the same host, as the Hub does; default false. */
	readonly smallFileCache?: boolean;
	/** Seconds for which an address on the second port is good; default 3,600. */
	readonly signedFor?: number;
	/** Requests that are granted; default any number. */
	readonly quota?: Quota;
	/** Commits on one page of the API; default 50. */
	readonly commitsPerPage?: number;
	/** Send CORS headers; default true. */
	readonly cors?: boolean;
	/** Default 0: any free port. */
	readonly port?: number;
	/** Milliseconds, for quotas and signatures; default the real clock. */
	readonly now?: () => number;
}

/** One request that was answered. */
export interface HubRequest {
	readonly host: 'hub' | 'cdn';
	readonly method: string;
	/** Path and query, as sent. */
	readonly path: string;
	readonly range: string | null;
	readonly referer: string | null;
	readonly headers: Readonly<Record<string, string | string[] | undefined>>;
	readonly status: number;
	/** Bytes of a file that were sent. */
	readonly sent: number;
}

export interface HubServer {
	/** Base address without final slash. */
	readonly url: string;
	/** Base address of the server that weight files redirect to. */
	readonly cdnUrl: string;
	readonly log: readonly HubRequest[];
	/** The commit that `main` of a model points to, or a ref, or an earlier commit by its index. */
	commit(model: string, which?: string | number): string;
	/** Misbehave until cleared, or `times` times. */
	fault(fault: Fault): FaultHandle;
	clearFaults(): void;
	clearLog(): void;
	/** Resolves when every request is over and in the log: clients may be done a little earlier. */
	idle(): Promise<void>;
	/** Makes a model another one, or none, from now on. */
	set(model: string, repo: HubRepo | null): void;
	/** Signs addresses for another number of seconds from now on. */
	signFor(seconds: number): void;
	close(): Promise<void>;
}
