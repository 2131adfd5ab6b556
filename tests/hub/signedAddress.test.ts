import { expect, test } from 'vitest';
import { expiryOf, SignedAddress } from '../../src/hub/signedAddress.ts';

const CDN = 'https://us.aws.cdn.hf.co/xet-bridge-us/65/abc';

test.each([
	[`${CDN}?Expires=1700000000&Policy=x&Signature=y&Key-Pair-Id=z`, 1_700_000_000_000],
	[
		`${CDN}?X-Amz-Date=20240229T235930Z&X-Amz-Expires=3600`,
		Date.UTC(2024, 1, 29, 23, 59, 30) + 3_600_000,
	],
	[`${CDN}?X-Amz-Date=yesterday&X-Amz-Expires=3600`, Infinity],
	[`${CDN}?X-Amz-Date=20240229T235930Z`, Infinity],
	[`${CDN}?Expires=soon`, Infinity],
	[CDN, Infinity],
])('%s expires at %d', (url, expected) => {
	expect(expiryOf(url)).toBe(expected);
});

function answerFrom(url: string): Response {
	return Object.defineProperty(new Response(), 'url', { value: url });
}

test('an address is kept until half a minute before its end', () => {
	const address = new SignedAddress();
	expect(address.current(0)).toBeNull();
	address.learn('https://huggingface.co/a', answerFrom(`${CDN}?Expires=1000`));
	expect(address.current(969_999)).toBe(`${CDN}?Expires=1000`);
	expect(address.current(970_000)).toBeNull();
	expect(address.current(0)).toBeNull();
});

test('an answer without a redirect to another origin teaches nothing', () => {
	const address = new SignedAddress();
	for (const url of ['', 'https://huggingface.co/a', 'https://huggingface.co/api/resolve-cache/a'])
		address.learn('https://huggingface.co/a', answerFrom(url));
	expect(address.current(0)).toBeNull();
});

test('an address is not forgotten for the failure of an older one', () => {
	const address = new SignedAddress();
	address.learn('https://huggingface.co/a', answerFrom(`${CDN}?n=1`));
	address.learn('https://huggingface.co/a', answerFrom(`${CDN}?n=2`));
	address.forget(`${CDN}?n=1`, { answered: true });
	expect(address.current(0)).toBe(`${CDN}?n=2`);
	address.forget(`${CDN}?n=2`, { answered: true });
	expect(address.current(0)).toBeNull();
});

test.each([
	['is not learnt again where it never worked', false, false],
	['is learnt again where it worked before', true, true],
])('an address that brings no answer %s', (_, worked, learnt) => {
	const address = new SignedAddress();
	address.learn('https://huggingface.co/a', answerFrom(CDN));
	if (worked) address.worked();
	address.forget(CDN, { answered: false });
	address.learn('https://huggingface.co/a', answerFrom(CDN));
	expect(address.current(0) !== null).toBe(learnt);
});
