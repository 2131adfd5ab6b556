import { EVENT_ID, getScalarValue, SCALAR_STYLE, type Event, type ScalarEvent } from 'js-yaml';
import type { YamlEntry, YamlNode } from './yaml.ts';
import { YamlProblem } from './yamlProblem.ts';
import { resolvePlain, resolveTagged } from './yamlScalars.ts';
import type { Prepared } from './yamlSyntax.ts';

const MAX_ALIASES = 256;
/** PyYAML's limit. */
const MAX_KEY = 1024;
/** Values that a recipe may have once its aliases are followed. */
const MAX_VALUES = 20_000;

/**
 * Builds the documents of a text from parser events, following aliases within bounds; null for an
 * empty document.
 * @throws YamlProblem
 */
export function compose(source: Prepared, events: readonly Event[]): (YamlNode | null)[] {
	return new Composer(source, events).read();
}

class Composer {
	readonly #text: string;
	readonly #origin: Prepared['origin'];
	readonly #events: readonly Event[];
	readonly #anchors = new Map<string, YamlNode>();
	/** How many values a shared node stands for. */
	readonly #sizes = new Map<YamlNode, number>();
	#next = 0;
	#aliases = 0;

	constructor({ text, origin }: Prepared, events: readonly Event[]) {
		this.#text = text;
		this.#origin = origin;
		this.#events = events;
	}

	read(): (YamlNode | null)[] {
		const documents: (YamlNode | null)[] = [];
		while (this.#events[this.#next]?.type === EVENT_ID.DOCUMENT) {
			this.#next++;
			this.#anchors.clear();
			const root = this.#node();
			if (root !== null) this.#next++;
			documents.push(root);
		}
		return documents;
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
					? this.#list(this.#origin(event.start))
					: this.#map(this.#origin(event.start));
		this.#rememberSize(node);
		if (event.anchorStart >= 0) this.#anchor(event.anchorStart, event.anchorEnd, node);
		if (event.tagStart >= 0) this.#checkTag(event.tagStart, event.tagEnd, node);
		return node;
	}

	#anchor(start: number, end: number, node: YamlNode): void {
		const name = this.#text.slice(start, end);
		if (this.#anchors.has(name))
			throw new YamlProblem(
				`the anchor "${name}" stands here for a second time`,
				this.#origin(start),
			);
		this.#anchors.set(name, node);
	}

	#alias(start: number, end: number): YamlNode {
		const name = this.#text.slice(start, end);
		const node = this.#anchors.get(name);
		if (node === undefined)
			throw new YamlProblem(`nothing has the anchor "${name}"`, this.#origin(start));
		if (++this.#aliases > MAX_ALIASES)
			throw new YamlProblem(`it has more than ${MAX_ALIASES} aliases`, this.#origin(start));
		return node;
	}

	#scalar(event: ScalarEvent): YamlNode {
		const text = event.valueStart < 0 ? '' : getScalarValue(this.#text, event);
		const plain = event.style === SCALAR_STYLE.PLAIN;
		const tag = tagOf(this.#text, event);
		const offset = this.#origin(Math.max(0, event.valueStart));
		const resolved =
			tag !== null ? resolveTagged(tag, text) : plain ? resolvePlain(text) : { value: text };
		const isMergeKey = plain && tag === null && (text === '<<' || text === '=');
		if ('refused' in resolved && !isMergeKey) throw new YamlProblem(resolved.refused, offset);
		const value = 'refused' in resolved ? text : resolved.value;
		return { kind: 'scalar', offset, text, plain, value };
	}

	#list(offset: number): YamlNode {
		const items: YamlNode[] = [];
		for (let item = this.#node(); item !== null; item = this.#node()) items.push(this.#read(item));
		return { kind: 'list', offset, items };
	}

	#map(offset: number): YamlNode {
		const own: YamlEntry[] = [];
		const merged: YamlEntry[] = [];
		for (let key = this.#node(); key !== null; key = this.#node()) {
			const value = this.#node();
			if (key.kind !== 'scalar' || value === null)
				throw new YamlProblem('a key has to be a single word or string', key.offset);
			if (key.text.length > MAX_KEY)
				throw new YamlProblem(`a key has at most ${MAX_KEY} characters`, key.offset);
			if (key.plain && key.text === '<<') merged.push(...this.#mergeable(value));
			else
				own.push({ key: key.text, name: key.value, offset: key.offset, value: this.#read(value) });
		}
		const names = new Set(own.map(({ name }) => name));
		const inherited = merged.filter(
			({ name }, index) =>
				!names.has(name) && merged.findLastIndex((other) => other.name === name) === index,
		);
		return { kind: 'map', offset, entries: [...own, ...inherited] };
	}

	/** `<<` and `=` without quotes mean something as keys only. */
	#read(node: YamlNode): YamlNode {
		if (node.kind === 'scalar' && node.plain && (node.text === '<<' || node.text === '='))
			throw new YamlProblem(`${node.text} means nothing as a value`, node.offset);
		return node;
	}

	/**
	 * What `<<` brings in, what counts coming last: a mapping's entries, or those of several, of which
	 * the first counts.
	 */
	#mergeable(node: YamlNode): readonly YamlEntry[] {
		if (node.kind === 'map') return node.entries;
		if (node.kind === 'list' && node.items.every((item) => item.kind === 'map'))
			return node.items.toReversed().flatMap(({ entries }) => entries);
		throw new YamlProblem('<< takes a mapping or a list of mappings', node.offset);
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
			throw new YamlProblem(`it has more than ${MAX_VALUES} values`, node.offset);
		this.#sizes.set(node, size);
	}

	#checkTag(start: number, end: number, node: YamlNode): void {
		const tag = plainTag(this.#text.slice(start, end));
		if (TAGS[node.kind].has(tag)) return;
		throw new YamlProblem(`the tag ${tag} means nothing in a recipe`, this.#origin(start));
	}
}

const TAGS: Readonly<Record<YamlNode['kind'], ReadonlySet<string>>> = {
	scalar: new Set(['!', '!!str', '!!float', '!!int', '!!bool', '!!null']),
	list: new Set(['!!seq']),
	map: new Set(['!!map']),
};

/** A scalar's tag; null without one, and for `!`, which PyYAML takes for none. */
function tagOf(text: string, { tagStart, tagEnd }: ScalarEvent): string | null {
	const tag = tagStart < 0 ? '!' : plainTag(text.slice(tagStart, tagEnd));
	return tag === '!' ? null : tag;
}

/** `!<tag:yaml.org,2002:str>` is `!!str`. */
function plainTag(tag: string): string {
	return tag.replace(/^!<tag:yaml\.org,2002:(.*)>$/, '!!$1');
}
