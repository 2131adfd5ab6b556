import type { Kernels } from '../../kernels/index.ts';
import type { MergePlan } from '../../merge/index.ts';
import { checkCopy } from './checkCopy.ts';
import { checkModelStock, checkNuslerp } from './checkGram.ts';
import { checkSlerp } from './checkSlerp.ts';
import { checkSum } from './checkSum.ts';
import { checkTerms } from './checkTerms.ts';
import { findingOf, floatSample, type Sample } from './context.ts';
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
	switch (operation.kind) {
		case 'slerp':
			return checkSlerp(floats, operation);
		case 'sum':
			return checkSum(floats, operation);
		case 'task-vectors':
			return checkTerms(floats, operation);
		case 'nuslerp':
			return checkNuslerp(floats, operation);
		case 'model-stock':
			return checkModelStock(floats, operation);
	}
}

function requireSizes({ tensor, window, bytes }: Sample): void {
	const wanted = [...window.ranges, window.published].map(({ start, end }) => end - start);
	const given = [...bytes.inputs, bytes.published].map(({ byteLength }) => byteLength);
	if (wanted.join() !== given.join())
		throw new RangeError(
			`the window of ${tensor.name} has ${wanted.join(', ')} bytes, and ${given.join(', ')} came`,
		);
}
