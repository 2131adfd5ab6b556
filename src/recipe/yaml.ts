import {
	EVENT_ID,
	floatYaml11Tag,
	getScalarValue,
	intYaml11Tag,
	NOT_RESOLVED,
	parseEvents,
	SCALAR_STYLE,
	YAMLException,
	type Event,
	type ScalarEvent,
} from 'js-yaml';
import { RemeltError } from '../errors/index.ts';
import { excerpt, placeAt } from './text.ts';

/** Recipes are a few kilobytes; what is longer is not read. */
export const MAX_RECIPE_LENGTH = 65_536;
const MAX_DEPTH = 16;
const MAX_ALIASES = 256;
/** Values that a recipe may have once its aliases are followed. */
const MAX_VALUES = 20_000;

/** A YAML value with its place, keys in order and kept even where they repeat. */
export type YamlNode =
	| {
			readonly kind: 'scalar';
			readonly offset: number;
			/** As written, without quotes. */
			readonly text: string;
			/** Without quotes in the text. */
			readonly plain: boolean;
			/** As PyYAML's safe loader reads it, but for dates, which stay strings. */
			readonly value: string | number | boolean | null;
	  }
	| { readonly kind: 'list'; readonly offset: number; readonly items: readonly YamlNode[] }
	| { readonly kind: 'map'; readonly offset: number; readonly entries: readonly YamlEntry[] };

export interface YamlEntry {
	readonly key: string;
	readonly offset: number;
	readonly value: YamlNode;
}

/**
 * Reads one YAML document by the rules of YAML 1.1, which is what mergekit's PyYAML reads.
 * @throws `recipe-syntax` with line and column; `recipe-unsupported` for several documents.
 */
export function readYaml(text: string): YamlNode {
	if (text.length > MAX_RECIPE_LENGTH)
		throw new RemeltError(
			'recipe-syntax',
			`The recipe has ${text.length} characters; at most ${MAX_RECIPE_LENGTH} are read.`,
			{ hint: 'Paste the merge configuration only.', details: { length: text.length } },
		);
	const events = parse(text);
	const documents = events.filter((event) => event.type === EVENT_ID.DOCUMENT).length;
	if (documents > 1)
		throw new RemeltError(
			'recipe-unsupported',
			`The recipe has ${documents} YAML documents, as mergekit-multi takes them.`,
			{
				hint: 'Remelt reads one merge at a time yet: paste one document, without the --- lines.',
				details: { documents },
			},
		);
	const root = new Composer(text, events).read();
	if (root === null) throw syntaxError(text, 0, 'there is nothing in it');
	return root;
}

/** A `recipe-syntax` error; its `excerpt` shows the lines, with a caret under the place. */
export function syntaxError(text: string, offset: number, reason: string): RemeltError {
	const place = placeAt(text, offset);
	return new RemeltError(
		'recipe-syntax',
		`The recipe is not valid YAML: ${reason} (line ${place.line}, column ${place.column}).`,
		{
			hint: 'Check the indentation and the colons around the marked place; tabs may not indent.',
			details: { ...place, reason, excerpt: excerpt(text, place) },
		},
	);
}

function parse(text: string): Event[] {
	try {
		return parseEvents(text, { maxDepth: MAX_DEPTH });
	} catch (error) {
		if (error instanceof YAMLException)
			throw syntaxError(text, error.mark?.position ?? 0, error.reason);
		throw syntaxError(text, 0, error instanceof Error ? error.message : String(error));
	}
}

/** Builds nodes from parser events, following aliases within bounds. */
class Composer {
	readonly #text: string;
	readonly #events: readonly Event[];
	readonly #anchors = new Map<string, YamlNode>();
	/** How many values a shared node stands for. */
	readonly #sizes = new Map<YamlNode, number>();
	#next = 0;
	#aliases = 0;

	constructor(text: string, events: readonly Event[]) {
		this.#text = text;
		this.#events = events;
	}

	/** The document's root, or null where it is empty. */
	read(): YamlNode | null {
		if (this.#events[this.#next]?.type === EVENT_ID.DOCUMENT) this.#next++;
		return this.#node();
	}

	/** The next node, or null at the end of a collection or document. */
	#node(): YamlNode | null {
		const event = this.#events[this.#next++];
		if (event === undefined || event.type === EVENT_ID.POP || event.type === EVENT_ID.DOCUMENT)
			return null;
		if (event.type === EVENT_ID.ALIAS) return this.#alias(event.anchorStart, event.anchorEnd);
		const node =
			event.type === EVENT_ID.SCALAR
				? this.#scalar(event)
				: event.type === EVENT_ID.SEQUENCE
					? this.#list(event.start)
					: this.#map(event.start);
		this.#rememberSize(node);
		if (event.anchorStart >= 0)
			this.#anchors.set(this.#text.slice(event.anchorStart, event.anchorEnd), node);
		if (event.tagStart >= 0) this.#checkTag(event.tagStart, event.tagEnd, node);
		return node;
	}

	#alias(start: number, end: number): YamlNode {
		const name = this.#text.slice(start, end);
		const node = this.#anchors.get(name);
		if (node === undefined)
			throw syntaxError(this.#text, start, `nothing has the anchor "${name}"`);
		if (++this.#aliases > MAX_ALIASES)
			throw syntaxError(this.#text, start, `it has more than ${MAX_ALIASES} aliases`);
		return node;
	}

	#scalar(event: ScalarEvent): YamlNode {
		const text = event.valueStart < 0 ? '' : getScalarValue(this.#text, event);
		const plain = event.style === SCALAR_STYLE.PLAIN;
		const tag = event.tagStart < 0 ? '' : this.#text.slice(event.tagStart, event.tagEnd);
		const offset = Math.max(0, event.valueStart);
		const value = plain && !STRING_TAGS.has(tag) ? resolvePlain(text) : text;
		return { kind: 'scalar', offset, text, plain, value };
	}

	#list(offset: number): YamlNode {
		const items: YamlNode[] = [];
		for (let item = this.#node(); item !== null; item = this.#node()) items.push(item);
		return { kind: 'list', offset, items };
	}

	#map(offset: number): YamlNode {
		const entries: YamlEntry[] = [];
		const merged: YamlEntry[] = [];
		for (let key = this.#node(); key !== null; key = this.#node()) {
			const value = this.#node();
			if (key.kind !== 'scalar' || value === null)
				throw syntaxError(this.#text, key.offset, 'a key has to be a single word or string');
			if (key.plain && key.text === '<<') merged.push(...this.#mergeable(value));
			else entries.push({ key: key.text, offset: key.offset, value });
		}
		const own = new Set(entries.map((entry) => entry.key));
		const inherited = merged.filter(
			({ key }, index) => !own.has(key) && merged.findIndex((other) => other.key === key) === index,
		);
		return { kind: 'map', offset, entries: [...entries, ...inherited] };
	}

	/** What `<<` brings in: a mapping's entries, or those of several, the earlier going before. */
	#mergeable(node: YamlNode): readonly YamlEntry[] {
		if (node.kind === 'map') return node.entries;
		if (node.kind === 'list') return node.items.flatMap((item) => this.#mergeable(item));
		throw syntaxError(this.#text, node.offset, '<< takes a mapping');
	}

	#rememberSize(node: YamlNode): void {
		const parts =
			node.kind === 'scalar'
				? []
				: node.kind === 'list'
					? node.items
					: node.entries.map((entry) => entry.value);
		const size = parts.reduce((sum, part) => sum + (this.#sizes.get(part) ?? 1), 1);
		if (size > MAX_VALUES)
			throw syntaxError(this.#text, node.offset, `it has more than ${MAX_VALUES} values`);
		this.#sizes.set(node, size);
	}

	#checkTag(start: number, end: number, node: YamlNode): void {
		const tag = this.#text.slice(start, end);
		if (TAGS[node.kind].has(tag)) return;
		throw syntaxError(this.#text, start, `the tag ${tag} means nothing in a recipe`);
	}
}

const STRING_TAGS = new Set(['!', '!!str', '!<tag:yaml.org,2002:str>']);
const TAGS: Readonly<Record<YamlNode['kind'], ReadonlySet<string>>> = {
	scalar: new Set([...STRING_TAGS, '!!float', '!!int', '!!bool', '!!null']),
	list: new Set(['!!seq']),
	map: new Set(['!!map']),
};

const NULLS = /^(?:~|null|Null|NULL|)$/;
const TRUES = /^(?:yes|Yes|YES|true|True|TRUE|on|On|ON)$/;
const FALSES = /^(?:no|No|NO|false|False|FALSE|off|Off|OFF)$/;

/** An unquoted scalar by PyYAML's resolver (yaml/resolver.py), dates left out. */
function resolvePlain(text: string): string | number | boolean | null {
	if (NULLS.test(text)) return null;
	if (TRUES.test(text)) return true;
	if (FALSES.test(text)) return false;
	for (const tag of [intYaml11Tag, floatYaml11Tag]) {
		const value = tag.resolve(text, false, tag.tagName);
		if (value !== NOT_RESOLVED) return value;
	}
	return text;
}
