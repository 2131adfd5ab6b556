/**
 * Measures Remelt beside mergekit and beside what the machine can do at all: `npm run bench`; see
 * `npm run bench -- --help`. Everything that is compared is measured in turn in the same run.
 */
import { cpus, totalmem } from 'node:os';
import { measureKernels } from './bench/kernels.ts';
import { readOptions, USAGE, type BenchOptions, type Part } from './bench/options.ts';
import { writeSection } from './bench/performance.ts';
import { measureMerges } from './bench/merges.ts';
import { measureTensors } from './bench/tensors.ts';
import { STEP_ELEMENTS } from '../src/merge/index.ts';

const MEASURE: Readonly<Record<Part, (options: BenchOptions) => Promise<string>>> = {
	tensors: measureTensors,
	merges: measureMerges,
	kernels: measureKernels,
};

/** Where and how a section was measured. */
function provenance({ command }: BenchOptions): string {
	const { model = 'unknown processor' } = cpus()[0] ?? {};
	const memory = Math.round(totalmem() / 2 ** 30);
	const day = new Date().toISOString().slice(0, 10);
	return (
		`\`${command}\` on ${day}: ${model.trim()}, ${cpus().length} cores, ${memory} GiB, ` +
		`${process.platform}, Node ${process.versions.node}.`
	);
}

const options = readOptions(process.argv.slice(2), STEP_ELEMENTS);
if (options === null) console.log(USAGE);
else
	for (const part of options.parts) {
		const section = `${provenance(options)}\n\n${await MEASURE[part](options)}`;
		console.log(`\n${section}\n`);
		if (options.write) await writeSection(part, section);
	}
