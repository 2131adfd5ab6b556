import { createHmac } from 'node:crypto';

const KEY = 'a key of the test Hub';

/** Addresses of a store, good for a while, in the shape of the Hub's: nothing in the path names the model. */
export interface Signer {
	/** Path and query of a new address for `target`. */
	sign(target: string, name: string): string;
	/** What an address was made for; why it is refused otherwise. */
	verify(path: string): { readonly target: string } | { readonly refused: string };
	/** What an address was made for, whether it is still good or not. */
	targetOf(path: string): string | null;
}

/** `seconds`: how long addresses are good; `now` in milliseconds. */
export function createSigner(seconds: () => number, now: () => number): Signer {
	const targets = new Map<string, string>();
	const find = (url: URL): string | null => targets.get(url.pathname) ?? null;
	return {
		sign: (target, name) => {
			const path = `/xet-bridge-us/${digest(`id of ${target}`).slice(0, 24)}/${digest(target)}`;
			targets.set(path, target);
			const expires = Math.floor(now() / 1000) + seconds();
			const query = new URLSearchParams({
				'response-content-disposition': `inline; filename*=UTF-8''${encodeURIComponent(name)}; filename="${name}";`,
				Expires: String(expires),
				Signature: digest(`${path} ${expires}`),
				'Key-Pair-Id': 'TEST',
			});
			return `${path}?${query.toString()}`;
		},
		verify: (path) => {
			const url = new URL(path, 'http://cdn');
			const target = find(url);
			const expires = url.searchParams.get('Expires') ?? '';
			const signature = url.searchParams.get('Signature');
			if (target === null || signature !== digest(`${url.pathname} ${expires}`))
				return { refused: 'SignatureDoesNotMatch' };
			if (Number(expires) * 1000 <= now()) return { refused: 'Request has expired' };
			return { target };
		},
		targetOf: (path) => find(new URL(path, 'http://cdn')),
	};
}

function digest(text: string): string {
	return createHmac('sha256', KEY).update(text).digest('hex');
}
