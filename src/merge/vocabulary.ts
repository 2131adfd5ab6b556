import { RemeltError } from '../errors/index.ts';
import type { Semantics } from '../recipe/index.ts';
import type { WeightInput } from './inputs.ts';
import type { TensorRange } from './types.ts';

/** Vocabularies that were cut so that they have one size. */
export interface VocabularyCrop {
	/** Rows that are left. */
	readonly rows: number;
	/** The models that lose rows, and how many they have. */
	readonly models: readonly { readonly model: string; readonly rows: number }[];
}

interface Rules {
	/** The output tensor's name. */
	readonly name: string;
	/** Whether the architecture says that rows are vocabulary entries. */
	readonly embedding: boolean;
	/** The model whose size counts, for methods that cut to their base; null: the smallest of all. */
	readonly base: string | null;
	readonly semantics: Pick<Semantics, 'name' | 'vocabularies'>;
}

interface Cropped {
	readonly inputs: readonly WeightInput[];
	readonly crop: VocabularyCrop | null;
}

/**
 * Makes inputs equal in shape. Where vocabularies differ in size, the semantics say whether the first
 * rows are taken of the larger ones (a prefix of their bytes: rows lie one after the other); any other
 * difference is refused, and nothing is ever broadcast (mergekit.md §1.2).
 * @throws `shape-mismatch`
 */
export function cropVocabularies(inputs: readonly WeightInput[], rules: Rules): Cropped {
	const [first] = inputs;
	const other = inputs.find(({ range }) => range.shape.join() !== first?.range.shape.join());
	if (first === undefined || other === undefined) return { inputs, crop: null };
	const { semantics, embedding, name, base } = rules;
	const shapes = inputs.map(({ range }) => range.shape);
	const columns = first.range.shape[1];
	const onlyRows = shapes.every((shape) => shape.length === 2 && shape[1] === columns);
	const named = name.includes('lm_head') || name.includes('embed_tokens');
	const vocabulary = semantics.vocabularies === 'crop-by-name' ? named : embedding;
	if (!vocabulary || !onlyRows || semantics.vocabularies === 'refused')
		throw mismatch(first, other, hintFor(embedding, onlyRows, semantics));
	const counts = shapes.map(([rows = 0]) => rows);
	const smallest = Math.min(...counts);
	const rows = counts[inputs.findIndex(({ source }) => source.model === base)] ?? smallest;
	const short = inputs[counts.findIndex((count) => count < rows)];
	if (short !== undefined)
		throw mismatch(
			inputs.find(({ source }) => source.model === base) ?? first,
			short,
			'A vocabulary can be cut to the size of the base’s, not the other way round: take a base with the smaller one.',
		);
	const cropped = inputs.map((input) => ({ ...input, range: firstRows(input.range, rows) }));
	const models = inputs.flatMap(({ source }, index) => {
		const had = counts[index] ?? rows;
		return had > rows ? [{ model: source.model, rows: had }] : [];
	});
	return { inputs: cropped, crop: { rows, models } };
}

function firstRows(range: TensorRange, rows: number): TensorRange {
	const [all = rows, ...rest] = range.shape;
	const rowBytes = (range.end - range.start) / Math.max(all, 1);
	return { ...range, shape: [rows, ...rest], end: range.start + rows * rowBytes };
}

function hintFor(embedding: boolean, onlyRows: boolean, { name }: Rules['semantics']): string {
	if (!embedding)
		return 'Models can only be merged when their tensors have the same shapes: check that they have the same size.';
	if (!onlyRows)
		return 'The models have vocabularies of different sizes, and more than the number of rows differs: check that they have the same size.';
	return `The models have vocabularies of different sizes. mergekit before 0.1.5 cut the larger one off, which ${name} does not: ask for that with --semantics 0.1.4, or use models with the same tokenizer.`;
}

function mismatch(first: WeightInput, other: WeightInput, hint: string): RemeltError {
	const shapes = [first, other].map(({ range }) => `[${range.shape.join(', ')}]`);
	return new RemeltError(
		'shape-mismatch',
		`${other.range.tensor} is ${shapes[0]} in ${first.source.model} and ${shapes[1]} in ${other.source.model}.`,
		{
			hint,
			details: {
				tensor: other.range.tensor,
				model: first.source.model,
				shape: first.range.shape.join(','),
				other: other.source.model,
				otherShape: other.range.shape.join(','),
			},
		},
	);
}
