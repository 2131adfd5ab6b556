import { RemeltError, toRemeltError } from '../errors/index.ts';
import { loadWasmKernels } from '../kernels/index.ts';
import { createTensorMerger, planMerge, PUBLISHED, runMerge } from '../merge/index.ts';
import type { MergePlan, MergeSink, OpenFile, RunEvent } from '../merge/index.ts';
import { parseRecipe } from '../recipe/index.ts';
import type { ModelFiles } from '../tensors/index.ts';
import { summarize } from '../verify/index.ts';
import { readArguments, USAGE, UsageError, type Arguments } from './args.ts';
import { createNodeFolderSink } from './folderSink.ts';
import { openModel, openModels } from './models.ts';
import { readRecipeText } from './recipeText.ts';
import { errorText, findingText, planTable, planText, progressText, resultText } from './print.ts';

/** Tensors in flight: enough to read while another computes. */
const CONCURRENCY = 4;

/** What the command line talks to; tests give their own. */
export interface Terminal {
	/** Results. */
	readonly out: (text: string) => void;
	/** Messages and errors. */
	readonly err: (text: string) => void;
	/** Shows a line that the next one replaces; absent where nobody watches. */
	readonly progress?: ((line: string) => void) | undefined;
	readonly environment?: Readonly<Record<string, string | undefined>> | undefined;
	readonly signal?: AbortSignal | undefined;
}

/** Runs a command line and resolves to its exit status, as {@link USAGE} lists them. */
export async function runCommand(argv: readonly string[], terminal: Terminal): Promise<number> {
	try {
		const args = readArguments(argv, terminal.environment);
		if (args === null) {
			terminal.out(USAGE);
			return 0;
		}
		return await runArguments(args, terminal);
	} catch (error) {
		if (error instanceof UsageError) {
			terminal.err(`remelt: ${error.message} See remelt --help.\n`);
			return 2;
		}
		const failure = toRemeltError(error, 'kernel-failed');
		terminal.err(errorText(failure));
		return failure.code === 'aborted' ? 130 : 1;
	}
}

async function runArguments(args: Arguments, terminal: Terminal): Promise<number> {
	const signal = terminal.signal ?? new AbortController().signal;
	const { text, of } = await readRecipeText(args, signal);
	if (of > 1) terminal.err(`Recipe ${args.number} of the ${of} there; --recipe takes another.\n`);
	const { recipe, findings } = parseRecipe(text);
	for (const finding of findings) terminal.err(`${findingText(finding)}\n`);
	const models = await openModels(recipe, args, signal);
	const published =
		args.published === null ? null : await openModel(args.published, args.hub, signal);
	const plan = planMerge(recipe, {
		headers: new Map([...models].map(([reference, { headers }]) => [reference, headers])),
		published: published?.headers,
		memoryBudget: args.memory,
	});
	if (args.command === 'plan') {
		terminal.out(
			args.json ? `${JSON.stringify(plan, null, 2)}\n` : planText(plan) + planTable(plan),
		);
		return 0;
	}
	terminal.err(planText(plan));
	if (published) models.set(PUBLISHED, published);
	return merge(plan, models, args, { ...terminal, signal });
}

async function merge(
	plan: MergePlan,
	models: ReadonlyMap<string, ModelFiles>,
	args: Arguments,
	terminal: Terminal,
): Promise<number> {
	const sink = args.out === null ? undefined : await createNodeFolderSink(args.out);
	const outcome = await run(plan, models, args, terminal, sink);
	const summary = summarize(plan, outcome);
	terminal.out(resultText(summary));
	if (args.out !== null) terminal.out(`The merged model is in ${args.out}.\n`);
	return summary.verdict?.word === 'different' ? 3 : 0;
}

async function run(
	plan: MergePlan,
	models: ReadonlyMap<string, ModelFiles>,
	{ memory }: Arguments,
	{ signal, progress }: Terminal,
	sink: MergeSink | undefined,
): ReturnType<typeof runMerge> {
	const open: OpenFile = (name, file) => {
		const model = models.get(name);
		if (model) return model.file(file);
		throw new RemeltError('not-found', `The model ${name} has not been opened.`);
	};
	const kernels = await loadWasmKernels();
	return runMerge(plan, {
		merge: createTensorMerger({ kernels, open, memoryBudget: memory }),
		concurrency: CONCURRENCY,
		memoryBudget: memory,
		sink,
		signal,
		onEvent: progress && meter(plan, progress),
	});
}

/** Turns a run's events into lines about its progress. */
function meter(plan: MergePlan, show: (line: string) => void): (event: RunEvent) => void {
	const began = performance.now();
	let tensors = 0;
	let bytes = 0;
	return (event) => {
		if (event.kind === 'read') bytes += event.bytes;
		if (event.kind === 'finished') tensors++;
		const { tensors: of, bytesToRead: ofBytes } = plan.totals;
		const seconds = (performance.now() - began) / 1000;
		show(progressText({ tensors, of, bytes, ofBytes, seconds }));
	};
}
