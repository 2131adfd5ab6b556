/** Deeper than any document of ours, and well within what recursion allows. */
const MAX_DEPTH = 256;

/**
 * The one text of a JSON value, as RFC 8785 (JSON Canonicalization Scheme) has it: no white space, keys
 * in the order of their UTF-16 units, numbers as ECMAScript prints them, strings with the fewest escapes.
 * Its UTF-8 bytes are what is digested and signed.
 *
 * Only plain data has such a text: null, booleans, finite numbers, strings, arrays, plain objects.
 * @throws TypeError, with the place, for anything else: NaN and infinities, lone surrogates, undefined
 *   (in properties and in arrays, too), holes, instances of classes, cycles
 */
export function canonicalJson(value: unknown): string {
	return write(value, []);
}

/** The place that is being written: pushed and popped on the way, which copies would make slow. */
type Path = (string | number)[];

function write(value: unknown, path: Path): string {
	switch (typeof value) {
		case 'boolean':
			return String(value);
		case 'number':
			if (!Number.isFinite(value)) throw refused(path, `is ${value}`);
			// Both ECMAScript and the RFC print -0 as 0.
			return JSON.stringify(value);
		case 'string':
			return text(value, path);
		case 'object':
			return value === null ? 'null' : composite(value, path);
		default:
			throw refused(path, `is of type ${typeof value}`);
	}
}

function composite(value: object, path: Path): string {
	if (path.length > MAX_DEPTH) throw refused([], `is nested more than ${MAX_DEPTH} deep`);
	if (Array.isArray(value)) {
		// `Array.from` turns holes into undefined, which is refused.
		const items = Array.from(value as unknown[], (item, index) => member(item, index, path));
		return `[${items.join(',')}]`;
	}
	const prototype: unknown = Object.getPrototypeOf(value);
	if (prototype !== Object.prototype && prototype !== null)
		throw refused(path, 'is no plain object');
	// Strings compare by their UTF-16 units, as the RFC asks.
	const members = Object.entries(value)
		.sort(([a], [b]) => (a < b ? -1 : 1))
		.map(([key, item]) => `${text(key, path)}:${member(item, key, path)}`);
	return `{${members.join(',')}}`;
}

function member(value: unknown, key: string | number, path: Path): string {
	path.push(key);
	const written = write(value, path);
	path.pop();
	return written;
}

/** JSON.stringify escapes as the RFC does, lone surrogates apart, which no UTF-8 has. */
function text(value: string, path: Path): string {
	if (!value.isWellFormed()) throw refused(path, 'holds half of a surrogate pair');
	return JSON.stringify(value);
}

function refused(path: readonly (string | number)[], problem: string): TypeError {
	const place = path.length === 0 ? 'The value' : path.join('.');
	return new TypeError(`${place} ${problem}, which has no canonical JSON.`);
}
