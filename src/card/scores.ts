import type { ListItem, Root } from 'mdast';
import { plainText, visit } from './markdown.ts';
import { readNumber } from './numbers.ts';
import type { ModelIndex } from './schema.ts';
import type { CardScore, CardTable } from './types.ts';
import type { YamlPlaces } from './yamlPlaces.ts';

/** `Winogrande (5-shot)`: the number of examples that the model was shown. */
export function shotsOf(benchmark: string): number | null {
	const match = /(\d+)[\s-]*shot/i.exec(benchmark);
	return match?.[1] === undefined ? null : Number(match[1]);
}

/**
 * The scores of a `model-index`, every metric of every result.
 *
 * @param name the card's own model, used where an entry names it or nothing
 */
export function scoresOfModelIndex(
	index: ModelIndex | null,
	places: YamlPlaces,
	own: { id: string; name: string },
): CardScore[] {
	const scores: CardScore[] = [];
	for (const [m, model] of (index ?? []).entries())
		for (const [r, result] of (model.results ?? []).entries())
			for (const [k, metric] of (result.metrics ?? []).entries()) {
				const path = ['model-index', m, 'results', r, 'metrics', k, 'value'];
				const place = places(path);
				const text = place?.text ?? String(metric.value);
				const number = readNumber(text);
				if (number === null) continue;
				const dataset = result.dataset?.name ?? result.dataset?.type ?? null;
				const label = metric.name ?? metric.type ?? null;
				const benchmark = dataset ?? label ?? 'score';
				const shots = Number(shotsArgument(result.dataset?.args) ?? Number.NaN);
				scores.push({
					model: modelName(model.name ?? '', own),
					benchmark,
					metric: dataset === null ? null : label,
					shots: Number.isInteger(shots) ? shots : shotsOf(benchmark),
					value: number.value,
					text: number.text,
					standardError: number.uncertainty,
					from: 'front-matter',
					group: m,
					line: place?.line ?? 1,
					source: sourceOf(result.source),
				});
			}
	return scores;
}

function sourceOf(
	source: { name?: string | null | undefined; url?: string | null | undefined } | null | undefined,
): CardScore['source'] {
	if (source === null || source === undefined) return null;
	return { name: source.name ?? null, url: source.url ?? null };
}

function shotsArgument(args: string | Record<string, unknown> | null | undefined): unknown {
	return typeof args === 'object' && args !== null ? args['num_few_shot'] : undefined;
}

const MODEL = /^models?(?: name)?$/i;
const TASK = /^(?:tasks?|benchmarks?|metric|dataset|evaluation)$/i;
const VALUE = /^(?:values?|scores?|result|accuracy)$/i;
const NO_BENCHMARK = /param|version|rank|size|precision|type|date|hub|t5co2|co2/i;

/** The scores of the card's tables: a model per row, or a task per row. Other tables have none. */
export function scoresOfTables(
	tables: readonly CardTable[],
	own: { id: string; name: string },
): CardScore[] {
	return tables.flatMap((table, group) => {
		if (table.header.some((cell) => MODEL.test(cell))) return modelRows(table, group, own);
		if (table.header.some((cell) => VALUE.test(cell))) return taskRows(table, group, own);
		return [];
	});
}

/** A table with a model per row and a benchmark per column. */
function modelRows(
	table: CardTable,
	group: number,
	own: { id: string; name: string },
): CardScore[] {
	const column = table.header.findIndex((cell) => MODEL.test(cell));
	return table.rows.flatMap((row, r) =>
		table.header.flatMap((benchmark, c): CardScore[] => {
			const number = readNumber(row[c] ?? '');
			if (c === column || number === null || NO_BENCHMARK.test(benchmark)) return [];
			return [
				{
					model: modelName(row[column] ?? '', own),
					benchmark,
					metric: null,
					shots: shotsOf(benchmark),
					value: number.value,
					text: number.text,
					standardError: number.uncertainty,
					from: 'table',
					group,
					line: table.rowLines[r] ?? table.line,
					source: null,
				},
			];
		}),
	);
}

/** A table with a task per row, as lm-evaluation-harness prints, or a metric and its value. */
function taskRows(table: CardTable, group: number, own: { id: string; name: string }): CardScore[] {
	const find = (pattern: RegExp): number => table.header.findIndex((cell) => pattern.test(cell));
	const task = find(TASK);
	const value = find(VALUE);
	const metric = table.header.findIndex((cell, c) => c !== task && /^metric$/i.test(cell));
	const shots = find(/shots?$/i);
	const error = find(/^std\s?err$/i);
	const model = modelName(table.heading ?? '', own);
	if (task < 0) return [];
	return table.rows.flatMap((row, r): CardScore[] => {
		const number = readNumber(row[value] ?? '');
		const benchmark = row[task] ?? '';
		if (number === null || benchmark === '') return [];
		const stated = row[shots] ?? '';
		return [
			{
				model,
				benchmark,
				metric: row[metric] ?? null,
				shots: /^\d+$/.test(stated) ? Number(stated) : shotsOf(benchmark),
				value: number.value,
				text: number.text,
				standardError: readNumber(row[error] ?? '')?.value ?? number.uncertainty,
				from: 'table',
				group,
				line: table.rowLines[r] ?? table.line,
				source: null,
			},
		];
	});
}

/** The scores of lists whose items read `Name (k-Shot): 73.98`. */
export function scoresOfLists(tree: Root, own: { id: string }): CardScore[] {
	const scores: CardScore[] = [];
	let group = -1;
	visit(tree, (node) => {
		if (node.type !== 'list') return;
		const items = node.children.flatMap((item) => scoreItem(item) ?? []);
		// A single item with a number is as likely a size or a setting as a score.
		if (items.length < 2) return;
		group += 1;
		for (const item of items)
			scores.push({
				model: own.id,
				benchmark: item.name,
				metric: null,
				shots: shotsOf(item.name),
				value: item.number.value,
				text: item.number.text,
				standardError: item.number.uncertainty,
				from: 'list',
				group,
				line: item.line,
				source: null,
			});
	});
	return scores;
}

function scoreItem(
	item: ListItem,
): { name: string; number: NonNullable<ReturnType<typeof readNumber>>; line: number } | null {
	const [paragraph] = item.children;
	if (paragraph?.type !== 'paragraph') return null;
	const text = plainText(paragraph).trim();
	const colon = text.lastIndexOf(':');
	const number = colon < 0 ? null : readNumber(text.slice(colon + 1));
	const name = text.slice(0, Math.max(0, colon)).trim();
	if (number === null || name === '') return null;
	return { name, number, line: item.position?.start.line ?? 1 };
}

/** The model that a row, heading or entry is about: its id if it is one, the card's own if it names that. */
function modelName(text: string, own: { id: string; name: string }): string {
	const name = text.trim();
	if (name === own.name || name === own.id || name === '') return own.id;
	return /^[\w.-]+\/[\w.-]+$/.test(name) || !name.includes(' ') ? name : own.id;
}
