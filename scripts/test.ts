/**
 * Runs every check there is and ends with one line that counts them: `npm test`.
 * `--fast` leaves out what needs a browser, a build of the site or Rust.
 */
import { availableParallelism } from 'node:os';
import { addCounts, FAILED, formatCounts } from './testing/counts.ts';
import { planSteps, type Step, type StepResult } from './testing/steps.ts';

/** Runs a step, prints how it went, and never rejects. */
async function perform(step: Step): Promise<StepResult> {
	const start = performance.now();
	const result = await step.run().catch((error: unknown): StepResult => {
		const output = error instanceof Error ? (error.stack ?? error.message) : String(error);
		return { counts: FAILED, output };
	});
	const { counts, output, note } = result;
	const seconds = ((performance.now() - start) / 1000).toFixed(1);
	const mark = counts.failed > 0 ? '✗' : counts.passed > 0 ? '✓' : '·';
	const remark = note === undefined ? '' : ` (${note})`;
	console.log(`${mark} ${step.name}: ${formatCounts(counts)}${remark}, ${seconds} s`);
	if (counts.failed > 0) console.log(`\n── ${step.name} ──\n${output.trimEnd()}\n──\n`);
	return result;
}

/** Runs the steps of a group side by side, no more at a time than there are processors. */
async function performAll(steps: readonly Step[]): Promise<readonly StepResult[]> {
	const waiting = [...steps];
	const results: StepResult[] = [];
	const work = async (): Promise<void> => {
		for (let step = waiting.shift(); step !== undefined; step = waiting.shift())
			results.push(await perform(step));
	};
	await Promise.all(Array.from({ length: Math.min(availableParallelism(), 4) }, work));
	return results;
}

const results: StepResult[] = [];
for (const group of planSteps(process.argv.includes('--fast')))
	results.push(...(await performAll(group)));
const counts = addCounts(results.map((result) => result.counts));
process.exitCode = counts.failed > 0 ? 1 : 0;
console.log(formatCounts(counts));
