import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface, type Interface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { MergekitEnvironment, MergekitRelease } from '../mergekit-env.ts';
import type { Job } from './jobs.ts';

const DRIVER = fileURLToPath(new URL('mergekit_driver.py', import.meta.url));

/** What a driver holds: files of bf16 elements, and the shape of each of them. */
export interface DriverInputs {
	readonly inputs: readonly string[];
	readonly rows: number;
	readonly columns: number;
	readonly threads: number;
	/** How many tensors a run merges, one after another, each from inputs of its own. */
	readonly tensors: number;
}

/** A mergekit that waits for tensors to be merged, in a process of its own. */
export interface MergekitDriver {
	readonly release: MergekitRelease;
	/** Version of torch. */
	readonly torch: string;
	/**
	 * Merges all tensors, or only the first one if its result is to go to `save`; milliseconds of the
	 * merge method alone.
	 */
	run(job: Job, save?: string): Promise<number>;
	close(): void;
}

/** Starts the driver of an environment; takes as long as importing torch does. */
export async function startMergekit(
	{ release, python }: MergekitEnvironment,
	inputs: DriverInputs,
): Promise<MergekitDriver> {
	const process = spawn(python, [DRIVER], { stdio: ['pipe', 'pipe', 'pipe'] });
	const conversation = new Conversation(process, `mergekit ${release}`);
	const { torch } = await conversation.ask(inputs);
	return {
		release,
		torch: String(torch),
		run: async ({ method, base, models, parameters, perModel }, save) => {
			const request = { method, base, models, parameters, perModel, save: save ?? null };
			return Number((await conversation.ask(request))['milliseconds']);
		},
		close: () => process.stdin.end(),
	};
}

/** JSON out, JSON in, a line each. */
class Conversation {
	readonly #process: ChildProcess;
	readonly #answers: AsyncIterator<string>;
	readonly #name: string;
	#errors = '';

	constructor(process: ChildProcess, name: string) {
		this.#process = process;
		this.#name = name;
		const lines: Interface = createInterface({ input: readable(process.stdout) });
		this.#answers = lines[Symbol.asyncIterator]();
		// A pipe that breaks shows as an answer that does not come.
		process.stdin?.on('error', () => undefined);
		process.on('error', (error) => (this.#errors += error.message));
		readable(process.stderr).on('data', (data: Buffer) => (this.#errors += data.toString()));
	}

	async ask(request: unknown): Promise<Record<string, unknown>> {
		this.#process.stdin?.write(`${JSON.stringify(request)}\n`);
		const answer = await this.#answers.next();
		if (answer.done === true) throw new Error(`${this.#name} ended:\n${this.#errors.slice(-2000)}`);
		return JSON.parse(answer.value) as Record<string, unknown>;
	}
}

function readable(stream: NodeJS.ReadableStream | null): NodeJS.ReadableStream {
	if (stream === null) throw new Error('the process has no pipes');
	return stream;
}
