import { load, YAMLException } from 'js-yaml';
import type { Finding } from '../errors/index.ts';
import { MAX_YAML_ALIASES, MAX_YAML_DEPTH, MAX_YAML_VALUES } from './limits.ts';
import { frontMatterSchema } from './schema.ts';
import type { FrontMatter } from './schema.ts';
import { readYamlPlaces } from './yamlPlaces.ts';
import type { YamlPlaces } from './yamlPlaces.ts';

/** A card's front matter, read. */
export interface FrontMatterRead {
	readonly frontMatter: FrontMatter;
	/** The keys that the card itself gives, in order. */
	readonly keys: readonly string[];
	readonly places: YamlPlaces;
	readonly findings: readonly Finding[];
	/** The text with the block's characters gone and its line breaks kept: lines stay what they are. */
	readonly body: string;
}

/**
 * The block as the Hub finds it: first in the file but for white space, closed by a line of its own
 * (huggingface_hub, `repocard.py`). Python's `\s` leaves out U+FEFF, JavaScript's has it, so the byte
 * order mark is taken out here.
 */
const BLOCK =
	/^((?:(?!\uFEFF)\s)*---(?:\r\n|\r|\n))([\S\s]*?)((?:\r\n|\r|\n)---[ \t]*(?:\r\n|\n|$))/;

const NOTHING = frontMatterSchema.parse({});

/** Reads a card's front matter. Never throws: what is wrong becomes findings, the rest is read. */
export function readFrontMatter(text: string): FrontMatterRead {
	const match = BLOCK.exec(text);
	if (match === null) return { ...empty(text), findings: [missing(text)] };
	const [block, opening = '', yaml = ''] = match;
	const firstLine = countLineBreaks(opening) + 1;
	const body = block.replace(/[^\r\n]+/g, '') + text.slice(block.length);
	try {
		const data = load(yaml, { maxDepth: MAX_YAML_DEPTH, maxAliases: MAX_YAML_ALIASES });
		const places = readYamlPlaces(yaml, firstLine, MAX_YAML_DEPTH);
		if (!isMapping(data) || !withinValues(data))
			return { ...empty(body), findings: [notUsable(data, firstLine)] };
		return { ...validate(data, places), keys: Object.keys(data), places, body };
	} catch (error) {
		return { ...empty(body), findings: [syntaxFinding(error, firstLine)] };
	}
}

/** Takes the fields that do not validate out, with a finding for each problem, and reads the rest. */
function validate(
	data: Record<string, unknown>,
	places: YamlPlaces,
): { frontMatter: FrontMatter; findings: Finding[] } {
	const result = frontMatterSchema.safeParse(data);
	if (result.success) return { frontMatter: result.data, findings: [] };
	const findings: Finding[] = [];
	const bad = new Set<string>();
	for (const issue of result.error.issues) {
		const path = issue.path.map((part) => (typeof part === 'symbol' ? String(part) : part));
		const place = places(path);
		bad.add(String(path[0]));
		findings.push({
			code: 'front-matter-invalid',
			severity: 'warning',
			message: `The front matter's ${path.join('.')} ${describe(issue.message)}.`,
			line: place?.line,
			column: place?.column,
			hint: 'The value is left out here; the Hub may refuse the card for it.',
		});
	}
	const kept = Object.fromEntries(Object.entries(data).filter(([key]) => !bad.has(key)));
	const again = frontMatterSchema.safeParse(kept);
	return { frontMatter: again.success ? again.data : NOTHING, findings };
}

function describe(message: string): string {
	return message.startsWith('must') ? message : `is not as the Hub wants it (${message})`;
}

function empty(body: string): Omit<FrontMatterRead, 'findings'> {
	return { frontMatter: NOTHING, keys: [], places: () => undefined, body };
}

function missing(text: string): Finding {
	const mark = text.startsWith('\uFEFF');
	return {
		code: 'front-matter-missing',
		severity: 'warning',
		message: mark
			? 'The card has no front matter that the Hub would find: a byte order mark precedes it.'
			: 'The card has no front matter, so it states no licence, tags or parents to machines.',
		line: 1,
		hint: mark
			? 'Save the file without a byte order mark.'
			: 'Begin the file with a block of YAML between two lines of three dashes.',
	};
}

function notUsable(data: unknown, line: number): Finding {
	const tooMany = isMapping(data);
	return {
		code: 'front-matter-invalid',
		severity: 'error',
		message: tooMany
			? `The front matter holds more than ${String(MAX_YAML_VALUES)} values once its aliases are followed.`
			: 'The front matter is not a mapping of keys to values.',
		line,
		hint: tooMany ? 'Write the values out once.' : 'Write it as lines of `key: value`.',
	};
}

function syntaxFinding(error: unknown, firstLine: number): Finding {
	const place = error instanceof YAMLException ? error.mark : undefined;
	const reason = error instanceof YAMLException ? error.reason : 'it is nested too deeply';
	return {
		code: 'front-matter-syntax',
		severity: 'error',
		message: `The front matter is not valid YAML: ${reason}.`,
		line: place === undefined ? firstLine : firstLine + place.line,
		column: place === undefined ? undefined : place.column + 1,
		hint: 'Nothing of it is read until this is mended; the Hub refuses such a card.',
	};
}

function isMapping(data: unknown): data is Record<string, unknown> {
	return typeof data === 'object' && data !== null && !Array.isArray(data);
}

/** Counts values as a walk meets them, so shared references count each time. */
function withinValues(data: unknown): boolean {
	const stack: unknown[] = [data];
	for (let count = 0; stack.length > 0; count += 1) {
		if (count > MAX_YAML_VALUES) return false;
		const value = stack.pop();
		if (typeof value === 'object' && value !== null)
			for (const child of Object.values(value)) stack.push(child);
	}
	return true;
}

function countLineBreaks(text: string): number {
	return (text.match(/\r\n|\r|\n/g) ?? []).length;
}
