import type { FormulaOutcome } from '../kernels/index.ts';
import { floatDtype, ranges } from './blocks.ts';
import { readInputs } from './feed.ts';
import { readPublished, throwIfStopped, type Job } from './job.ts';
import type { Explain, Explanation, UnexplainedPart } from './types.ts';

/** Asks for a witness where a tensor was compared and differs. */
export async function explainTensor(
	job: Job,
	outcome: FormulaOutcome | null,
	explain: Explain,
): Promise<Explanation | null> {
	const { comparison, kernels, task } = job;
	if (outcome === null || comparison === null) return null;
	if (comparison.elements === 0 || comparison.identical === comparison.elements) return null;
	const held: UnexplainedPart[] = [];
	return explain({ tensor: task.tensor, outcome, kernels, parts: () => parts(job, held) });
}

/** Reads a unit at a time; what fits the budget is kept for the next time. */
async function* parts(job: Job, held: UnexplainedPart[]): AsyncGenerator<UnexplainedPart> {
	const { passes, task } = job;
	let count = 0;
	for (const [from, to] of ranges(task.tensor.elements, passes.unit)) {
		throwIfStopped(task.signal);
		const part = held[count] ?? (await readPart(job, from, to));
		if (passes.hold) held[count] = part;
		count += 1;
		yield part;
	}
}

async function readPart(job: Job, from: number, to: number): Promise<UnexplainedPart> {
	const [inputs, published] = await Promise.all([
		readInputs(job, from, to),
		readPublished(job, from, to),
	]);
	if (published === null) throw new RangeError('nothing is explained without a published tensor');
	return {
		inputs: inputs.map(({ dtype, bytes }) => ({ dtype: floatDtype(dtype), bytes })),
		published: published.bytes,
	};
}
