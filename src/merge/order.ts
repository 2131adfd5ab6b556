import type { Semantics } from '../recipe/index.ts';
import type { Unplaced } from './layout.ts';
import type { Draws } from './types.ts';

/** Names in the order of their UTF-8 bytes; tensor names are ASCII, where that is UTF-16's order. */
function compare(a: string, b: string): number {
	return a < b ? -1 : a > b ? 1 : 0;
}

/**
 * Tensors in the order in which mergekit makes them: the one that its random numbers and its output
 * files follow; docs/semantics.md. `tensors` is in plan order: embeddings, layers, norm and head.
 */
export function streamOrder(tensors: readonly Unplaced[], semantics: Semantics): Unplaced[] {
	switch (semantics.tensorOrder) {
		case 'name':
			return sortedBy(tensors, (tensor) => largest(tensor.inputs.map((input) => input.tensor)));
		case 'file-then-name':
			return sortedBy(tensors, ({ inputs }) =>
				largest(inputs.map(({ file, tensor }) => `${stem(file)}\0${tensor}`)),
			);
		case 'file-then-reverse':
			return sortedBy(tensors.toReversed(), ({ inputs }) =>
				largest(inputs.map(({ file }) => label(file, semantics))),
			);
	}
}

/** A stable sort: tensors of equal keys, such as copies of one layer, keep their order. */
function sortedBy(tensors: readonly Unplaced[], keyOf: (tensor: Unplaced) => string): Unplaced[] {
	const keyed = tensors.map((tensor) => [keyOf(tensor), tensor] as const);
	return keyed.toSorted(([a], [b]) => compare(a, b)).map(([, tensor]) => tensor);
}

function largest(keys: readonly string[]): string {
	return keys.reduce((max, key) => (compare(max, key) < 0 ? key : max), '');
}

function stem(file: string): string {
	const name = (file.split('/').at(-1) ?? file).toLowerCase();
	return name.replace(/\.[^.]*$/, '').replace('pytorch_model', 'model');
}

/** What a shard is called when tensors are ordered by it. */
function label(file: string, { shardLabel }: Semantics): string {
	const name = stem(file);
	const [, prefix, part, of] = /^(.*)-(\d+)-of-(\d+)$/.exec(name) ?? [];
	if (shardLabel === 'stem' || part === undefined || Number(of) === 0) return name;
	const percent = Math.floor((100 * Number(part)) / Number(of));
	return `${prefix ?? ''}-${String(percent).padStart(3, '0')}pct`;
}

/**
 * Gives every draw of a run its place in torch's one stream. `ordered` is in the order in which
 * mergekit makes tensors; within one the models draw in recipe order, an element at a time.
 */
export function placeDraws(ordered: readonly Unplaced[]): Unplaced[] {
	let next = 0;
	return ordered.map((tensor) => {
		const { operation, elements, inputs } = tensor;
		if (operation.kind !== 'task-vectors' || operation.random?.kind !== 'mt19937') return tensor;
		const draws: Draws[] = [];
		const terms = operation.terms.map((term, index) => {
			if (term.draws === null) return term;
			const start = next;
			next += elements;
			// The base is the first input, and draws nothing.
			draws.push({ model: inputs[index + 1]?.model ?? '', start, count: elements });
			return { ...term, draws: start };
		});
		return { ...tensor, operation: { ...operation, terms }, draws };
	});
}
