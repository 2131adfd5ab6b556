import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';

/** What `npm run bench` measures; each is a section of docs/performance.md. */
export const PARTS = ['tensors', 'merges', 'kernels'] as const;

export type Part = (typeof PARTS)[number];

export interface BenchOptions {
	readonly parts: readonly Part[];
	/** Rows and columns of the single tensor. */
	readonly size: number;
	readonly threads: number;
	/** Measurements of each thing; slow ones get fewer. */
	readonly runs: number;
	/** Only jobs whose names begin with one of these; empty: all. */
	readonly only: readonly string[];
	/** Elements per kernel call. */
	readonly chunk: number;
	/** Whether it is shown where a tensor's time goes. */
	readonly stages: boolean;
	/** Where models are made and merged. */
	readonly folder: string;
	/** Layers of the models. */
	readonly layers: number;
	/** Whether a model four times as deep is merged as well. */
	readonly deep: boolean;
	/** Whether docs/performance.md is written. */
	readonly write: boolean;
	/** The command that gives the same again. */
	readonly command: string;
}

export const USAGE = `npm run bench -- [options]

  --part NAME     tensors, merges or kernels; may be repeated (default: all three)
  --only TEXT     only methods whose names begin so; may be repeated
  --size N        rows and columns of the single tensor (4096)
  --threads N     (one for each processor)
  --runs N        measurements of each thing; slow ones get fewer (7)
  --chunk N       elements per kernel call (what the engine uses)
  --stages        also says where a tensor's time goes
  --folder PATH   where whole models are made, merged and removed again (.cache/bench)
  --layers N      layers of those models (22, as TinyLlama has, which needs 9 GB of disk)
  --no-deep       leaves out models four times as deep, which need 25 GB of disk
  --write         writes the sections that were measured into docs/performance.md

mergekit 0.1.4 and 0.1.5 are measured beside Remelt where npm run bench:env has installed them.
`;

/** null where help was asked for. @throws RangeError, or what `parseArgs` throws. */
export function readOptions(args: readonly string[], defaultChunk: number): BenchOptions | null {
	const { values } = parseArgs({
		args: [...args],
		options: {
			part: { type: 'string', multiple: true, default: [] },
			only: { type: 'string', multiple: true, default: [] },
			size: { type: 'string', default: '4096' },
			threads: { type: 'string', default: String(availableParallelism()) },
			runs: { type: 'string', default: '7' },
			chunk: { type: 'string', default: String(defaultChunk) },
			stages: { type: 'boolean', default: false },
			folder: { type: 'string', default: '.cache/bench' },
			layers: { type: 'string', default: '22' },
			deep: { type: 'boolean', default: true },
			write: { type: 'boolean', default: false },
			help: { type: 'boolean', short: 'h', default: false },
		},
		allowNegative: true,
	});
	if (values.help) return null;
	const { only, stages, folder, deep, write } = values;
	const given = args.filter((argument) => argument !== '--write');
	return {
		parts: values.part.length === 0 ? PARTS : values.part.map(requirePart),
		size: whole('size', values.size),
		threads: whole('threads', values.threads),
		runs: whole('runs', values.runs),
		chunk: whole('chunk', values.chunk),
		layers: whole('layers', values.layers),
		only,
		stages,
		folder,
		deep,
		write,
		command: `npm run bench${given.length > 0 ? ` -- ${given.join(' ')}` : ''}`,
	};
}

function requirePart(name: string): Part {
	const part = PARTS.find((known) => known === name);
	if (part === undefined) throw new RangeError(`--part is one of ${PARTS.join(', ')}, not ${name}`);
	return part;
}

function whole(name: string, text: string): number {
	const value = Number(text);
	if (!Number.isInteger(value) || value < 1) throw new RangeError(`--${name} is a whole number`);
	return value;
}
