import { RemeltError } from '../errors/index.ts';
import { loadWasmKernels } from '../kernels/index.ts';
import { createTensorMerger, runMerge } from '../merge/index.ts';
import type { MergePlan } from '../merge/index.ts';
import { meaningOf, TRIED_SEMANTICS } from '../verify/index.ts';
import type { PreparedRun } from './inputs.ts';
import { opener, type VerifySettings } from './verifyLevels.ts';

/** Most elements that are merged to tell semantics apart, and most tensors. */
const ENOUGH_ELEMENTS = 2 ** 22;
const ENOUGH_TENSORS = 12;

/**
 * Plans for each of {@link TRIED_SEMANTICS} and takes the one by which most elements of a few tensors
 * come out as published; the newest of several. A recipe that one of them refuses is left to the others.
 * Rejects as the last plan does where all refuse.
 */
export async function fittingSemantics(
	planBy: (semantics: string) => PreparedRun,
	settings: Pick<VerifySettings, 'terminal' | 'signal'>,
): Promise<PreparedRun> {
	let best: { readonly run: PreparedRun; readonly unlike: number } | null = null;
	let refusal: unknown = null;
	const seen = new Set<string>();
	for (const semantics of TRIED_SEMANTICS) {
		let run: PreparedRun | null = null;
		try {
			run = planBy(semantics);
		} catch (error) {
			if (!(error instanceof RemeltError)) throw error;
			refusal = error;
		}
		if (run === null) continue;
		const { plan } = run.last;
		const meaning = meaningOf(plan);
		if (seen.has(meaning)) continue;
		seen.add(meaning);
		const unlike = await countUnlike(run, settings.signal);
		if (best === null || unlike < best.unlike) best = { run, unlike };
		if (unlike === 0) break;
	}
	if (best === null) throw refusal;
	settings.terminal.err(`Semantics ${best.run.last.plan.semantics} fits best.\n`);
	return best.run;
}

/** Elements of some small tensors that do not come out as published. */
async function countUnlike({ last }: PreparedRun, signal: AbortSignal): Promise<number> {
	const plan = sampleOf(last.plan);
	const merge = createTensorMerger({ kernels: await loadWasmKernels(), open: opener(last.models) });
	const { results } = await runMerge(plan, { merge, concurrency: 1, signal });
	return results.reduce(
		(sum, { comparison }) => sum + (comparison ? comparison.elements - comparison.identical : 0),
		0,
	);
}

/** The smallest tensors of every kind that there is room for. */
function sampleOf(plan: MergePlan): MergePlan {
	const compared = plan.tensors.filter(({ published, operation }) =>
		published === null ? false : operation.kind !== 'copy',
	);
	const smallest = compared.toSorted((a, b) => a.elements - b.elements);
	const kinds = new Set<string>();
	const chosen = smallest.filter(({ kind }) => !kinds.has(kind) && kinds.add(kind));
	let elements = 0;
	const tensors = chosen
		.slice(0, ENOUGH_TENSORS)
		.filter((tensor) => (elements += tensor.elements) <= ENOUGH_ELEMENTS);
	return { ...plan, tensors: tensors.length > 0 ? tensors : smallest.slice(0, 1) };
}
