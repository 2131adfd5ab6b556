import { pathText, type Parsed } from './problems.ts';

/** Characters of a receipt of half a million tensors; JavaScript has no text that is much longer. */
const MAX_LENGTH = 500_000_000;

/** As deep as canonical JSON goes. */
const MAX_DEPTH = 256;

/**
 * Reads JSON that a digest is to be taken of: what JSON.parse lets pass without a word is refused, keys
 * that stand twice and `__proto__`, of which readers take one or the other, and text that has no UTF-8.
 * Bounds are kept.
 */
export function parseStrictJson(text: string): Parsed<unknown> {
	if (text.length > MAX_LENGTH)
		return wrong(
			`The file has ${text.length} characters, more than the ${MAX_LENGTH} of the largest models.`,
			'Check that this is the right file.',
		);
	if (text.trim() === '') return wrong('The file is empty.', 'Save or download it once more.');
	let value: unknown;
	try {
		value = JSON.parse(text);
	} catch (error) {
		const reason = error instanceof Error ? error.message : String(error);
		return wrong(
			`The file is not JSON: ${reason}.`,
			endsEarly(text)
				? 'It ends too early: save or download it once more.'
				: 'Check that this is the right file, and that nothing has edited it.',
		);
	}
	return scan(text) ?? { ok: true, value };
}

function wrong(message: string, hint: string, path = ''): Parsed<never> {
	return { ok: false, problems: [{ path, message, hint }] };
}

interface Level {
	/** Keys so far; null in arrays. */
	readonly keys: Set<string> | null;
	/** The key or index that is being read. */
	at: string | number;
}

/** Goes through valid JSON for keys that are refused and for depth; null where there are none. */
function scan(text: string): Parsed<never> | null {
	const levels: Level[] = [];
	let isKey = false;
	// Only escapes can hide such a half from the check of the whole text.
	const escapes = /\\ud/i.test(text);
	if (!text.isWellFormed()) return halfPair();
	for (let i = 0; i < text.length; i++) {
		switch (text[i]) {
			case '{':
			case '[':
				isKey = text[i] === '{';
				levels.push({ keys: isKey ? new Set() : null, at: isKey ? '' : 0 });
				if (levels.length > MAX_DEPTH)
					return wrong(
						`The file is nested more than ${MAX_DEPTH} deep.`,
						'Check that this is the right file.',
					);
				break;
			case '}':
			case ']':
				levels.pop();
				break;
			case ',': {
				const level = levels.at(-1);
				isKey = level?.keys != null;
				if (typeof level?.at === 'number') level.at += 1;
				break;
			}
			case '"': {
				const end = stringEnd(text, i);
				if (escapes && !stringAt(text, i, end).isWellFormed()) return halfPair();
				const level = isKey ? levels.at(-1) : undefined;
				if (level?.keys != null) {
					level.at = stringAt(text, i, end);
					const refused = refuseKey(level.keys, level.at, levels);
					if (refused !== null) return refused;
				}
				isKey = false;
				i = end - 1;
				break;
			}
			default:
		}
	}
	return null;
}

function refuseKey(keys: Set<string>, key: string, levels: readonly Level[]): Parsed<never> | null {
	const twice = keys.has(key);
	if (!twice && key !== '__proto__') {
		keys.add(key);
		return null;
	}
	const path = pathText(levels.map(({ at }) => at));
	return twice
		? wrong(
				`${path} stands twice, and readers differ in which of the two they take.`,
				'Remove one of them.',
				path,
			)
		: wrong(`${path} is a key that no such file has.`, 'Remove it.', path);
}

function halfPair(): Parsed<never> {
	return wrong(
		'The file holds half of a surrogate pair, which is no text.',
		'Get it from where it was published.',
	);
}

/** Whether brackets are open where a text ends. */
function endsEarly(text: string): boolean {
	let open = 0;
	for (let i = 0; i < text.length; i++)
		if (text[i] === '"') i = stringEnd(text, i) - 1;
		else if (text[i] === '{' || text[i] === '[') open += 1;
		else if (text[i] === '}' || text[i] === ']') open -= 1;
	return open > 0;
}

/** One past the closing quote of the string that starts at `from`. */
function stringEnd(text: string, from: number): number {
	for (let i = from + 1; i < text.length; i++) {
		if (text[i] === '\\') i += 1;
		else if (text[i] === '"') return i + 1;
	}
	return text.length;
}

/** The string between two places. */
function stringAt(text: string, from: number, end: number): string {
	const raw = text.slice(from + 1, end - 1);
	return raw.includes('\\') ? (JSON.parse(text.slice(from, end)) as string) : raw;
}
