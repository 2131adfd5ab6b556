import type { SliceView } from '../../recipe/index.ts';
import { formatValue, shortName, type RecipeView } from './view.ts';

/** A stack in one line. */
export function stackTitle({ stack, layers, models }: RecipeView): string {
	const repeated = stack.flatMap((slice) => slice.layers).filter((each) => each.repeated).length;
	const from = models.length === 1 ? shortName(models[0] ?? '') : `${String(models.length)} models`;
	const again = repeated === 0 ? '' : `, ${String(repeated)} of them taken a second time`;
	return `${String(layers)} output layers in ${String(stack.length)} slices of ${from}${again}`;
}

/** What one output layer is, in words. */
export function layerSentence({ stack }: RecipeView, output: number): string {
	const slice = stack.find(({ start, end }) => output >= start && output < end);
	const layer = slice?.layers.find((each) => each.output === output);
	if (slice === undefined || layer === undefined) return '';
	const names = slice.sources
		.map(
			({ model, range }) =>
				`layer ${String(range[0] + output - slice.start)} of ${shortName(model)}`,
		)
		.join(' and ');
	const again = layer.repeated ? ', again' : '';
	return `Output layer ${String(output)}: ${names}${again}${scalesInWords(slice)}.`;
}

/** What a slice scales, to follow a sentence on it; empty where it scales nothing. */
export function scalesInWords({ scales, identity }: SliceView): string {
	const rules = scales
		.filter(({ filter, value }) => filter !== null || value !== 1)
		.map(({ filter, value }) => {
			const number =
				typeof value === 'number' ? formatValue(value) : value.map(formatValue).join(' … ');
			return `${filter ?? 'the rest'} × ${number}`;
		});
	if (rules.length === 0) return '';
	return `; ${rules.join(', ')}${identity ? ': passes its input on unchanged' : ''}`;
}

/** A half-open range of layers, written with its last layer. */
export function span(start: number, end: number): string {
	return end - start === 1 ? String(start) : `${String(start)}–${String(end - 1)}`;
}
