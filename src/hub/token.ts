import { RemeltError } from '../errors/index.ts';

/** Throws `gated` where a token cannot be one; the message does not repeat it. */
export function checkToken(token: string): string {
	if (/^[\x21-\x7e]{1,4096}$/.test(token)) return token;
	throw new RemeltError(
		'gated',
		'This is no access token: it has spaces or other odd characters.',
		{
			hint: 'Copy the token from the Hub’s settings once more; it begins with hf_.',
		},
	);
}

/** Whether nobody on the way can read what is sent to this origin. */
export function isPrivateWay({ protocol, hostname }: URL): boolean {
	return protocol === 'https:' || ['localhost', '127.0.0.1', '[::1]'].includes(hostname);
}

/** The error of a reader who is signed in, with what it means to them. */
export function signedInError(error: unknown): unknown {
	if (!(error instanceof RemeltError) || error.code !== 'gated') return error;
	const { status, errorCode } = error.details;
	if (status === 401 && errorCode === null)
		return new RemeltError('gated', 'The Hub does not accept this access token (401).', {
			hint: 'It may have expired or been revoked; make a new one that may read, or go on without.',
			details: error.details,
			cause: error,
		});
	if (errorCode !== 'GatedRepo') return error;
	return new RemeltError('gated', error.message, {
		hint: 'This account has no access yet: accept the terms on the model’s page, or use a token that may read gated models.',
		details: error.details,
		cause: error,
	});
}
