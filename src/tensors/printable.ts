/** Names longer than this are cut in messages. */
const SHOWN = 120;

/**
 * A name from a stranger's file as it may be shown in a message: in quotes, cut to a bearable
 * length, with control characters and those that turn the direction of writing escaped.
 */
export function printable(name: string): string {
	const cut = name.length > SHOWN ? `${name.slice(0, SHOWN).toWellFormed()}…` : name;
	const escaped = cut.replace(
		/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu,
		(c) => `\\u{${(c.codePointAt(0) ?? 0).toString(16)}}`,
	);
	return `“${escaped}”`;
}
