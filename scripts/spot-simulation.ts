/**
 * Makes up thousands of slerps and looks for a range of t that lacks the true one: `node
 * scripts/spot-simulation.ts [--trials N] [--seed N]`. Prints the table of docs/verification.md and
 * exits with 1 where a true t was lost.
 */
import { parseArgs } from 'node:util';
import { loadWasmKernels, type Kernels } from '../src/kernels/index.ts';
import {
	DISTANCES,
	Random,
	randomTrial,
	runTrial,
	type Trial,
	type TrialResult,
} from '../tests/verify/spot/simulation.ts';

/** Sizes of windows in the table. */
const WINDOWS = [4096, 32_768] as const;

const DTYPES = ['BF16', 'F16', 'F32'] as const;

const { values } = parseArgs({
	options: {
		trials: { type: 'string', default: '10000' },
		seed: { type: 'string', default: '1' },
	},
});
const trials = Number(values.trials);
const random = new Random(Number(values.seed));
const kernels: Kernels = await loadWasmKernels();
const results: TrialResult[] = [];
for (let i = 0; i < trials; i++) {
	results.push(runTrial(kernels, randomTrial(random, 2 ** 20), random));
	if ((i + 1) % 500 === 0) process.stderr.write(`${i + 1} of ${trials}\n`);
}
process.stdout.write(`${table(results).join('\n')}\n`);
const lost = results.filter(({ contains }) => !contains);
for (const { trial, branch, theta, fit } of lost)
	process.stdout.write(`Lost: ${JSON.stringify({ trial, branch, theta, fit })}\n`);
process.stdout.write(
	`${trials} trials, seed ${values.seed}: the true t was lost in ${lost.length}.\n`,
);
process.exitCode = lost.length > 0 ? 1 : 0;

function table(all: readonly TrialResult[]): string[] {
	const columns = DTYPES.flatMap((dtype) => WINDOWS.map((window) => ({ dtype, window })));
	const heads = columns.map(({ dtype, window }) => `${dtype}, ${window.toLocaleString('en')}`);
	return [
		`| distance | branch | ${heads.join(' | ')} |`,
		`| --- | --- | ${heads.map(() => '---').join(' | ')} |`,
		...DISTANCES.flatMap((distance) =>
			(['linear', 'great-circle'] as const).flatMap((branch) => {
				const rows = all.filter(
					(result) =>
						result.trial.distance === distance && result.branch === branch && isInner(result.trial),
				);
				const cells = columns.map(({ dtype, window }) =>
					median(
						rows
							.filter(({ trial }) => trial.dtype === dtype && windowOf(trial) === window)
							.map(({ width }) => width),
					),
				);
				return rows.length < 20
					? []
					: [`| ${distance ?? 'unrelated'} | ${branch} | ${cells.join(' | ')} |`];
			}),
		),
	];
}

/** At the ends, and in the middle, ties of bf16 make ranges far narrower than elsewhere. */
function isInner({ t }: Trial): boolean {
	return t !== 0 && t !== 1 && t !== 0.5;
}

function windowOf({ elements }: Trial): number {
	return Math.min(elements, 32_768);
}

function median(widths: readonly number[]): string {
	const middle = widths.toSorted((a, b) => a - b)[Math.floor(widths.length / 2)];
	return middle === undefined || widths.length < 5 ? '–' : middle.toExponential(1);
}
