import type { FormulaSpec, Kernels } from '../../kernels/index.ts';
import type { MergePlan } from '../../merge/index.ts';
import { checkCopy } from './checkCopy.ts';
import { checkModelStock, checkNuslerp } from './checkGram.ts';
import { checkSlerp } from './checkSlerp.ts';
import { checkSum } from './checkSum.ts';
import { checkTerms } from './checkTerms.ts';
import { findingOf, floatSample, inputValues, type FloatSample, type Sample } from './context.ts';
import { valuesOf } from '../floats.ts';
import type { SpotFinding, SpotWindow, WindowBytes } from './types.ts';

/**
 * Whether a window of the published tensor follows from the same window of its parents by the recipe, as
 * far as a window tells: docs/verification.md. An honest merge of any release of mergekit is never
 * `different` under that release's semantics.
 * @throws `RangeError` where the window is not the plan's, or bytes are not the window's
 * @throws `kernel-failed`
 */
export async function checkWindow(
	kernels: Kernels,
	plan: MergePlan,
	window: SpotWindow,
	bytes: WindowBytes,
): Promise<SpotFinding> {
	const tensor = plan.tensors[window.index];
	if (tensor === undefined) throw new RangeError(`the plan has no tensor ${window.index}`);
	const sample: Sample = { kernels, tensor, window, bytes };
	requireSizes(sample);
	const { operation } = tensor;
	if (operation.kind === 'copy') return checkCopy(sample);
	const floats = floatSample(sample);
	if (floats === null)
		return findingOf(sample, {
			finding: 'undecidable',
			checked: 0,
			reason: `Remelt computes with F32, F16 and BF16, and not all of ${tensor.name} is stored so.`,
		});
	const finding = await checkFormula(floats, operation);
	return finding.finding === 'different' && hasWildNumbers(floats) ? undecided(finding) : finding;
}

async function checkFormula(sample: FloatSample, spec: FormulaSpec): Promise<SpotFinding> {
	switch (spec.kind) {
		case 'slerp':
			return checkSlerp(sample, spec);
		case 'sum':
			return checkSum(sample, spec);
		case 'task-vectors':
			return checkTerms(sample, spec);
		case 'nuslerp':
			return checkNuslerp(sample, spec);
		case 'model-stock':
			return checkModelStock(sample, spec);
	}
}

/** No weight is as large, and sums of so many of them do not overflow. */
const WILD = 2 ** 14;

/**
 * Whether a parent’s window has infinities, NaN, or numbers near the end of a dtype's range, with which
 * products and differences overflow as no bound here foresees; or nothing published is a number, as
 * where such an element elsewhere in the tensor has spoilt its norms.
 */
function hasWildNumbers(sample: FloatSample): boolean {
	const wild = sample.inputs.some((_, i) =>
		inputValues(sample, i).some((value) => !(Math.abs(value) < WILD)),
	);
	return wild || valuesOf(sample.bytes.published, sample.dtype).every(Number.isNaN);
}

function undecided(finding: SpotFinding): SpotFinding {
	return {
		...finding,
		finding: 'undecidable',
		cause: null,
		mismatch: 0,
		maxUlp: null,
		worst: null,
		reason:
			'Elements that are no numbers, or larger than any weight is, leave open what an honest run makes of this window.',
	};
}

function requireSizes({ tensor, window, bytes }: Sample): void {
	const wanted = [...window.ranges, window.published].map(({ start, end }) => end - start);
	const given = [...bytes.inputs, bytes.published].map(({ byteLength }) => byteLength);
	if (wanted.join() !== given.join())
		throw new RangeError(
			`the window of ${tensor.name} has ${wanted.join(', ')} bytes, and ${given.join(', ')} came`,
		);
}
