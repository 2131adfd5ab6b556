/**
 * A strict JSON reader for files that strangers wrote: safetensors headers and shard indices.
 *
 * `JSON.parse` keeps the last of two equal keys without a word, gives `__proto__` a meaning, and
 * cannot tell `4` from `4.0`. Here objects are Maps, a repeated key is an error, and numbers keep
 * their text until somebody asks for an integer.
 */

/** A number as it was written. */
export class JsonNumber {
	readonly text: string;

	constructor(text: string) {
		this.text = text;
	}

	/** The value where it is a non-negative integer up to 2^53 - 1 in plain digits, else null. */
	toIndex(): number | null {
		if (!/^(?:0|[1-9]\d*)$/.test(this.text)) return null;
		const value = Number(this.text);
		return Number.isSafeInteger(value) ? value : null;
	}
}

export type JsonObject = ReadonlyMap<string, JsonValue>;
export type JsonValue = string | boolean | null | JsonNumber | readonly JsonValue[] | JsonObject;

/** Narrows to an object without letting `any` in, as `instanceof Map` does. */
export function isJsonObject(value: JsonValue | undefined): value is JsonObject {
	return value instanceof Map;
}

/** Narrows to an array without letting `any` in, as `Array.isArray` does. */
export function isJsonArray(value: JsonValue | undefined): value is readonly JsonValue[] {
	return Array.isArray(value);
}

/** What is wrong with a JSON text, and at which character (from 0). */
export class JsonError extends Error {
	override readonly name = 'JsonError';
	readonly position: number;

	constructor(message: string, position: number) {
		super(message);
		this.position = position;
	}
}

/** Headers nest three deep; anything far beyond that is an attack on the stack. */
const MAX_DEPTH = 32;

const SPACE = /[ \t\n\r]*/y;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const WORDS = { true: true, false: false, null: null } as const;

/** Reads one JSON value; throws {@link JsonError}. Only spaces may follow it. */
export function parseStrictJson(text: string): JsonValue {
	const reader = new Reader(text);
	const value = reader.value(0);
	reader.space();
	if (reader.position < text.length) reader.fail('something follows the end of the JSON text');
	return value;
}

class Reader {
	readonly #text: string;
	position = 0;

	constructor(text: string) {
		this.#text = text;
	}

	fail(message: string, position = this.position): never {
		throw new JsonError(message, position);
	}

	space(): void {
		SPACE.lastIndex = this.position;
		this.position += SPACE.exec(this.#text)?.[0].length ?? 0;
	}

	value(depth: number): JsonValue {
		if (depth > MAX_DEPTH) this.fail(`nested more than ${MAX_DEPTH} deep`);
		this.space();
		switch (this.#text[this.position]) {
			case '{':
				return this.#object(depth);
			case '[':
				return this.#array(depth);
			case '"':
				return this.#string();
			case undefined:
				return this.fail('the text ends early');
			default:
				return this.#wordOrNumber();
		}
	}

	#object(depth: number): JsonObject {
		const object = new Map<string, JsonValue>();
		this.position++;
		this.space();
		if (this.#take('}')) return object;
		do {
			this.space();
			const start = this.position;
			if (this.#text[start] !== '"') this.fail('a name in quotes is due here');
			const key = this.#string();
			if (object.has(key)) this.fail(`the name ${JSON.stringify(key)} occurs twice`, start);
			this.space();
			if (!this.#take(':')) this.fail('a colon is due here');
			object.set(key, this.value(depth + 1));
			this.space();
		} while (this.#take(','));
		if (!this.#take('}')) this.fail('a comma or } is due here');
		return object;
	}

	#array(depth: number): readonly JsonValue[] {
		const array: JsonValue[] = [];
		this.position++;
		this.space();
		if (this.#take(']')) return array;
		do {
			array.push(this.value(depth + 1));
			this.space();
		} while (this.#take(','));
		if (!this.#take(']')) this.fail('a comma or ] is due here');
		return array;
	}

	#string(): string {
		const start = this.position;
		let end = start;
		for (;;) {
			end = this.#text.indexOf('"', end + 1);
			if (end < 0) this.fail('a string without an end', start);
			let slashes = 0;
			while (this.#text[end - 1 - slashes] === '\\') slashes++;
			if (slashes % 2 === 0) break;
		}
		this.position = end + 1;
		const value = unquote(this.#text.slice(start, end + 1));
		if (value === null) this.fail('not a valid string', start);
		return value;
	}

	#wordOrNumber(): JsonValue {
		for (const [word, value] of Object.entries(WORDS)) {
			if (!this.#text.startsWith(word, this.position)) continue;
			this.position += word.length;
			return value;
		}
		NUMBER.lastIndex = this.position;
		const match = NUMBER.exec(this.#text)?.[0];
		if (match === undefined) this.fail('not a JSON value');
		this.position += match.length;
		return new JsonNumber(match);
	}

	#take(character: string): boolean {
		if (this.#text[this.position] !== character) return false;
		this.position++;
		return true;
	}
}

/** The string that a JSON string literal stands for; null where it is none or has lone surrogates. */
function unquote(literal: string): string | null {
	try {
		const value: unknown = JSON.parse(literal);
		return typeof value === 'string' && value.isWellFormed() ? value : null;
	} catch {
		return null;
	}
}
