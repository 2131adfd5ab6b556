/** One member of a JSON object in its text: where its key starts and where its value stands. */
interface Member {
	readonly key: string;
	readonly keyStart: number;
	readonly start: number;
	readonly end: number;
}

/** A JSON token: a string, a bracket, a comma, a colon, or a run of anything else that is no space. */
const TOKEN = /"(?:[^"\\]|\\.)*"|[[\]{},:]|[^\s[\]{},:"]+/g;

/**
 * Sets a key of a JSON object in its text and leaves every other byte alone: an existing value is
 * replaced where it stands, a new member goes to the end in the manner of the last one.
 * `path` names the key, with the objects that it lies in. `text` must be valid JSON; where an object
 * on the way is missing the text is returned as it is.
 */
export function setJsonValue(text: string, path: readonly string[], value: unknown): string {
	const [key, ...rest] = path;
	if (key === undefined || !text.trimStart().startsWith('{')) return text;
	const members = membersOf(text);
	// A parser takes the last of several equal keys.
	const member = members.findLast((candidate) => candidate.key === key);
	if (member === undefined)
		return rest.length > 0 ? text : insertMember(text, members.at(-1), key, value);
	const old = text.slice(member.start, member.end);
	const replacement = rest.length > 0 ? setJsonValue(old, rest, value) : write(value, old);
	return text.slice(0, member.start) + replacement + text.slice(member.end);
}

/** Arrays keep the layout of the one that they replace: one entry per line, or all on one. */
function write(value: unknown, old: string): string {
	const indent = /^\[\s*\n([ \t]*)/.exec(old)?.[1];
	if (!Array.isArray(value) || indent === undefined) return JSON.stringify(value);
	const closing = /\n([ \t]*)\]$/.exec(old)?.[1] ?? '';
	const lines = value.map((entry) => `${indent}${JSON.stringify(entry)}`);
	return `[\n${lines.join(',\n')}\n${closing}]`;
}

function insertMember(text: string, last: Member | undefined, key: string, value: unknown): string {
	const member = `${JSON.stringify(key)}: ${JSON.stringify(value)}`;
	if (last === undefined) return `{${member}}`;
	const space = /\s*$/.exec(text.slice(0, last.keyStart))?.[0] ?? '';
	return `${text.slice(0, last.end)},${space}${member}${text.slice(last.end)}`;
}

function membersOf(text: string): Member[] {
	const members: Member[] = [];
	let depth = 0;
	let key: { text: string; start: number } | null = null;
	let valueStart: number | null = null;
	let valueEnd = 0;
	for (const match of text.matchAll(TOKEN)) {
		const [token] = match;
		const closes = token === '}' || token === ']';
		if (closes) depth--;
		const ends = (depth === 1 && token === ',') || (depth === 0 && token === '}');
		if (ends && key !== null && valueStart !== null) {
			const name: unknown = JSON.parse(key.text);
			members.push({ key: String(name), keyStart: key.start, start: valueStart, end: valueEnd });
			key = null;
			valueStart = null;
		} else if (depth === 1 && key === null && token.startsWith('"')) {
			key = { text: token, start: match.index };
		} else if (key !== null && !(depth === 1 && token === ':' && valueStart === null)) {
			valueStart ??= match.index;
			valueEnd = match.index + token.length;
		}
		if (token === '{' || token === '[') depth++;
	}
	return members;
}
