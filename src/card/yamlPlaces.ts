import { EVENT_ID, getScalarValue, parseEvents } from 'js-yaml';
import type { Event } from 'js-yaml';

/** Where a value stands in a YAML text. */
export interface YamlPlace {
	/** 1-based, counted in the whole card. */
	readonly line: number;
	/** 1-based. */
	readonly column: number;
	/** A scalar as written, with the digits that a number loses; null for collections. */
	readonly text: string | null;
}

/** Keys and indices from the root to a value. */
export type YamlPath = readonly (string | number)[];

/** Looks a value's place up; of a value that is not there, the place of what should contain it. */
export type YamlPlaces = (path: YamlPath) => YamlPlace | undefined;

interface Frame {
	readonly path: YamlPath;
	readonly mapping: boolean;
	index: number;
	key: string | null;
}

/**
 * Reads the place of every value of a YAML text.
 *
 * @param firstLine line of the card on which the text begins, 1-based
 * @throws YAMLException on what `load` would refuse as syntax
 */
export function readYamlPlaces(yaml: string, firstLine: number, maxDepth: number): YamlPlaces {
	const lineStarts = startsOfLines(yaml);
	const places = new Map<string, YamlPlace>();
	const stack: Frame[] = [];
	for (const event of parseEvents(yaml, { maxDepth })) {
		if (event.type === EVENT_ID.DOCUMENT) continue;
		if (event.type === EVENT_ID.POP) {
			stack.pop();
			continue;
		}
		const frame = stack.at(-1);
		const path = nextPath(frame, event, yaml);
		const collection = event.type === EVENT_ID.MAPPING || event.type === EVENT_ID.SEQUENCE;
		if (path !== null)
			places.set(JSON.stringify(path), placeOf(event, yaml, lineStarts, firstLine));
		if (collection)
			stack.push({
				path: path ?? [],
				mapping: event.type === EVENT_ID.MAPPING,
				index: 0,
				key: null,
			});
	}
	return (path) => {
		for (let length = path.length; length >= 0; length -= 1) {
			const place = places.get(JSON.stringify(path.slice(0, length)));
			if (place !== undefined) return length === path.length ? place : { ...place, text: null };
		}
		return undefined;
	};
}

/** The path of the node that an event begins, or null where it is a mapping's key. */
function nextPath(frame: Frame | undefined, event: Event, yaml: string): YamlPath | null {
	if (frame === undefined) return [];
	if (!frame.mapping) {
		frame.index += 1;
		return [...frame.path, frame.index - 1];
	}
	if (frame.key === null) {
		frame.key = event.type === EVENT_ID.SCALAR ? getScalarValue(yaml, event) : '';
		return null;
	}
	const path = [...frame.path, frame.key];
	frame.key = null;
	return path;
}

function placeOf(
	event: Event,
	yaml: string,
	lineStarts: readonly number[],
	firstLine: number,
): YamlPlace {
	let offset = 0;
	let text: string | null = null;
	if (event.type === EVENT_ID.SCALAR) {
		offset = Math.max(0, event.valueStart);
		text = getScalarValue(yaml, event);
	} else if (event.type === EVENT_ID.MAPPING || event.type === EVENT_ID.SEQUENCE)
		offset = event.start;
	else if (event.type === EVENT_ID.ALIAS) offset = event.anchorStart;
	const line = lineOf(lineStarts, offset);
	return { line: firstLine + line, column: offset - (lineStarts[line] ?? 0) + 1, text };
}

function startsOfLines(text: string): number[] {
	const starts = [0];
	for (const match of text.matchAll(/\r\n|\r|\n/g)) starts.push(match.index + match[0].length);
	return starts;
}

/** Index of the last line that starts at or before `offset`. */
function lineOf(starts: readonly number[], offset: number): number {
	let low = 0;
	let high = starts.length - 1;
	while (low < high) {
		const middle = (low + high + 1) >> 1;
		if ((starts[middle] ?? 0) <= offset) low = middle;
		else high = middle - 1;
	}
	return low;
}
