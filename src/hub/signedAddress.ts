/** Milliseconds before its end from which an address is not used any more: a request takes a while. */
const MARGIN = 30_000;

/**
 * When an address with a signature expires, in milliseconds since 1970; Infinity where it does not
 * say. Two kinds are known: CloudFront's `Expires`, and S3's `X-Amz-Date` with `X-Amz-Expires`.
 */
export function expiryOf(address: string): number {
	const query = new URL(address).searchParams;
	const seconds = query.get('Expires');
	if (seconds !== null && /^\d+$/.test(seconds)) return Number(seconds) * 1000;
	const [, year, month, day, hour, minute, second] =
		/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(query.get('X-Amz-Date') ?? '') ?? [];
	const lifetime = query.get('X-Amz-Expires');
	if (year === undefined || lifetime === null || !/^\d+$/.test(lifetime)) return Infinity;
	const signed = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
	return signed + Number(lifetime) * 1000;
}

/** Where a file was redirected to, as long as that can be asked directly. */
export class SignedAddress {
	#url: string | null = null;
	#expires = 0;
	/** Whether asking directly has worked; false once it brought no answer before it ever did. */
	#works: boolean | null = null;

	/** Null where the file's own address has to be asked, which then redirects. */
	current(now: number): string | null {
		if (this.#url !== null && now >= this.#expires - MARGIN) this.#url = null;
		return this.#url;
	}

	/** Keeps where an answer came from, if it came from another origin than was asked. */
	learn(asked: string, { url }: Response): void {
		if (this.#works === false) return;
		if (url === '' || new URL(url).origin === new URL(asked).origin) return;
		this.#url = url;
		this.#expires = expiryOf(url);
	}

	/** The address was asked directly, and answered. */
	worked(): void {
		this.#works = true;
	}

	/**
	 * Forgets an address that did not work, unless another one was learnt since. Where no answer came
	 * and none ever did, none is learnt any more: some stores may let pages in by redirects only.
	 */
	forget(url: string, { answered }: { readonly answered: boolean }): void {
		if (this.#url === url) this.#url = null;
		if (!answered) this.#works ??= false;
	}
}
