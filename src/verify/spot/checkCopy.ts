import type { Comparison } from '../../kernels/index.ts';
import { DTYPE_BITS } from '../../tensors/index.ts';
import {
	compareWindow,
	differences,
	findingOf,
	floatSample,
	isFloat,
	type Sample,
} from './context.ts';
import { elementsText } from './texts.ts';
import type { SpotFinding } from './types.ts';

/** Share of elements up to which a difference is a matter of single elements. */
export const FEW_SHARE = 1e-3;

/** At least so many elements are few. */
export const FEW_ELEMENTS = 3;

/** Whether so many elements of a window are a few of them. */
export function isFew(count: number, elements: number): boolean {
	return count <= Math.max(FEW_ELEMENTS, FEW_SHARE * elements);
}

/** A tensor that is taken over as it is, or cast: equal in every bit. */
export function checkCopy(sample: Sample): SpotFinding {
	const { tensor, bytes } = sample;
	const [input] = bytes.inputs;
	const [range] = tensor.inputs;
	if (input === undefined || range === undefined) throw new RangeError('a copy has one input');
	if (range.dtype === tensor.dtype) {
		const bits = compareBytes(input, bytes.published, DTYPE_BITS[tensor.dtype] / 8);
		if (bits.mismatch === 0)
			return findingOf(sample, { finding: 'agrees', reason: 'Equal to the source, bit for bit.' });
		if (!isFloat(tensor.dtype)) return contradicts(sample, bits);
	}
	const floats = floatSample(sample);
	if (floats === null || !isFloat(range.dtype))
		return findingOf(sample, {
			finding: 'undecidable',
			reason: `A copy from ${range.dtype} to ${tensor.dtype} is not one that Remelt can redo.`,
		});
	const { kernels, dtype, inputs } = floats;
	// Once through the recipe’s dtype, as mergekit casts; and straight.
	const [through] = inputs;
	const candidates = [
		kernels.cast(input, range.dtype, dtype),
		...(through === undefined ? [] : [kernels.cast(through.bytes, through.dtype, dtype)]),
	];
	const best = candidates
		.map((made) => compareWindow(floats, made))
		.reduce((one, other) => (other.identical > one.identical ? other : one));
	if (best.identical === best.elements) return equalUpToZeros(sample, best);
	return contradicts(sample, differences(best));
}

function equalUpToZeros(sample: Sample, { signOfZero }: Comparison): SpotFinding {
	return signOfZero === 0
		? findingOf(sample, { finding: 'agrees', reason: 'Equal to the source.' })
		: findingOf(sample, {
				finding: 'close',
				maxUlp: 0,
				reason: `Equal to the source but for the sign of ${elementsText(signOfZero)} that are zero.`,
			});
}

function contradicts(
	sample: Sample,
	found: Pick<SpotFinding, 'mismatch' | 'maxUlp' | 'worst'>,
): SpotFinding {
	const { elements } = sample.window;
	const few = isFew(found.mismatch, elements);
	return findingOf(sample, {
		finding: 'different',
		...found,
		cause: few ? 'altered-elements' : 'unexplained',
		reason: few
			? `${elementsText(found.mismatch)} of ${elementsText(elements)} differ from the source, which the recipe copies.`
			: `${elementsText(found.mismatch)} of ${elementsText(elements)} differ from the source, which the recipe copies: another source or revision, or a change afterwards.`,
	});
}

function compareBytes(
	expected: Uint8Array,
	actual: Uint8Array,
	width: number,
): Pick<SpotFinding, 'mismatch' | 'maxUlp' | 'worst'> {
	const step = Math.max(1, width);
	let [mismatch, worst] = [0, -1];
	for (let start = 0; start < expected.length; start += step) {
		let same = true;
		for (let at = start; at < start + step; at++) same &&= expected[at] === actual[at];
		if (same) continue;
		if (worst < 0) worst = start / step;
		mismatch++;
	}
	return { mismatch, maxUlp: null, worst: worst < 0 ? null : worst };
}
