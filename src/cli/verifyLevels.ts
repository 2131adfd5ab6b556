import { randomInt } from 'node:crypto';
import { RemeltError } from '../errors/index.ts';
import { loadWasmKernels } from '../kernels/index.ts';
import type { MergePlan, OpenFile } from '../merge/index.ts';
import { reportOfFull, reportOfSpot, type VerificationReport } from '../receipt/index.ts';
import { judge, planSpot, runSpot, summarizeSpot } from '../verify/index.ts';
import type { VerifyArguments } from './args.ts';
import type { Prepared } from './inputs.ts';
import type { OpenedModel } from './models.ts';
import { bytesText } from './print.ts';
import { runPlan } from './runPlan.ts';
import type { Terminal } from './terminal.ts';

export interface VerifySettings extends Pick<
	VerifyArguments,
	'level' | 'tensors' | 'sampleSeed' | 'findSeed' | 'jobs' | 'memory'
> {
	readonly terminal: Terminal;
	readonly signal: AbortSignal;
}

/** A window of every tensor. */
export async function verifySpots(
	{ plan, models }: Prepared,
	{ sampleSeed, terminal, signal }: VerifySettings,
): Promise<VerificationReport> {
	// Unpredictable, so that nobody can have prepared for it; said in the report, so that all can repeat it.
	const spot = planSpot(plan, { sampleSeed: sampleSeed ?? randomInt(2 ** 47) });
	const { bytes, requests, tensors } = spot.totals;
	terminal.err(
		`Reads ${bytesText(bytes)} in ${requests} ranges of ${tensors} tensors; sample seed ${spot.sampleSeed}.\n`,
	);
	let done = 0;
	const findings = await runSpot(plan, spot, {
		kernels: await loadWasmKernels(),
		open: opener(models),
		signal,
		onFinding: ({ name }) => {
			done += 1;
			terminal.progress?.(`${done} of ${tensors} tensors  ${name}`);
		},
	});
	return reportOfSpot(plan, spot, findings, summarizeSpot(plan, findings, spot));
}

/** Every byte of all tensors, or of those that were asked for. */
export async function verifyFully(
	prepared: Prepared,
	settings: VerifySettings,
): Promise<VerificationReport> {
	const { recipe, models } = prepared;
	const plan = partOf(prepared.plan, settings.tensors);
	const job = { recipe, plan, models, merges: {} };
	const outcome = await runPlan(job, null, { ...settings, fileDigests: false });
	const verdict = judge(plan, outcome);
	if (verdict === null) throw new RangeError('there is a published model');
	const report = reportOfFull(plan, outcome, verdict);
	return settings.tensors.length === 0 ? report : { ...report, level: 'tensor' };
}

/** The plan of some of a model's tensors. @throws `tensor-missing` */
export function partOf(plan: MergePlan, names: readonly string[]): MergePlan {
	if (names.length === 0) return plan;
	const missing = names.find((name) => !plan.tensors.some((tensor) => tensor.name === name));
	if (missing === undefined)
		return { ...plan, tensors: plan.tensors.filter(({ name }) => names.includes(name)) };
	throw new RemeltError('tensor-missing', `The merge makes no tensor ${missing}.`, {
		hint: `Its tensors are called as ${plan.tensors[0]?.name ?? 'in the published model'}; remelt plan lists all of them.`,
		details: { tensor: missing, tensors: plan.tensors.length },
	});
}

/** Opens files of the models that a plan reads. */
export function opener(models: ReadonlyMap<string, OpenedModel>): OpenFile {
	return (model, file) => {
		const opened = models.get(model);
		if (opened === undefined) throw new RangeError(`${model} was not opened`);
		return opened.files.file(file);
	};
}
