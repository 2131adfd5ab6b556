import { planMerge } from '../../src/merge/index.ts';
import type { MergePlan, MergeSink, TensorMerger, TensorTask } from '../../src/merge/index.ts';
import { headersOf, recipeOf, tinyModel } from '../support/tinyModel.ts';

const COPY = 'models: [{model: a}]\nmerge_method: passthrough\n';

/** A plan that copies every tensor of a tiny model. */
export function planOf(
	options: Parameters<typeof tinyModel>[1] = {},
	shardSize?: number,
): MergePlan {
	const headers = headersOf({ a: tinyModel('a', options) });
	return planMerge(recipeOf(COPY), { headers, shardSize });
}

/** A merger that fills each tensor with its index, in two parts, after some turns of the event loop. */
export function fakeMerger(turns: (index: number) => number = () => 1): TensorMerger {
	return async ({ index, tensor, emit, onRead }: TensorTask) => {
		for (let i = 0; i < turns(index); i++) await turn();
		onRead?.(tensor.bytes);
		const half = Math.ceil(tensor.bytes / 2);
		for (const size of [half, tensor.bytes - half]) await emit?.(new Uint8Array(size).fill(index));
		return {
			index,
			outcome: null,
			digests: null,
			comparison: null,
			explanation: null,
			bytesRead: tensor.bytes,
		};
	};
}

/** One turn of the event loop. */
export async function turn(): Promise<void> {
	return new Promise((resolve) => setImmediate(resolve));
}

/** A sink that writes down its calls. */
export function recorder(): { sink: MergeSink; calls: string[]; bytes: () => number } {
	const calls: string[] = [];
	let bytes = 0;
	const note = async (call: string): Promise<void> => {
		calls.push(call);
		await turn();
	};
	return {
		calls,
		bytes: () => bytes,
		sink: {
			open: async (name, size) => note(`open ${name} ${size}`),
			write: async (part) => {
				bytes += part.byteLength;
				await note(`write ${part[0] ?? ''}`);
			},
			close: async () => note('close'),
			commit: async () => note('commit'),
			abort: async () => note('abort'),
		},
	};
}

/** Calls made on the sink that are one of these words. */
export function only(calls: readonly string[], ...words: readonly string[]): string[] {
	return calls.filter((call) => words.includes(call.split(' ')[0] ?? ''));
}
