import { parseArgs } from 'node:util';
import type { TiesOrder } from '../merge/index.ts';
import type { Level } from '../receipt/index.ts';
import { OPTIONS, type Command } from './options.ts';
import { parseSize } from './sizes.ts';

/** What `plan` and `merge` have in common: which recipe, which models, which mergekit. */
export interface ReadingArguments {
	/** A recipe, a card with one, or a repository. */
	readonly recipe: string;
	/** Which of a card's recipes, counted from 1. */
	readonly number: number;
	/** Folder of models; null where only paths and the Hub are looked at. */
	readonly models: string | null;
	/** Model reference -> folder. */
	readonly folders: ReadonlyMap<string, string>;
	readonly hub: string;
	/** `owner/name` or `owner/name@revision`; or a folder. */
	readonly published: string | null;
	/** undefined: the default. */
	readonly semantics: string | undefined;
	readonly seed: number | undefined;
	readonly ties: TiesOrder | undefined;
	/** Bytes that a run may hold; undefined: the default. */
	readonly memory: number | undefined;
	/** Bytes per output file; undefined: the default. */
	readonly shardSize: number | undefined;
	readonly json: boolean;
}

export interface PlanArguments extends ReadingArguments {
	readonly command: 'plan';
}

export interface MergeArguments extends ReadingArguments {
	readonly command: 'merge';
	/** null: compare only. */
	readonly out: string | null;
	/** Workers; undefined: as many as the machine has threads. */
	readonly jobs: number | undefined;
	/** Forget what an interrupted run left. */
	readonly restart: boolean;
	/** Take digests of whole weight files, too. */
	readonly fileDigests: boolean;
	/** Keep the merges that the recipe's last document is made of. */
	readonly keep: boolean;
}

/** What `--level` takes; a tensor is asked for by its name. */
export type AskedLevel = Exclude<Level, 'tensor'>;

export interface VerifyArguments extends ReadingArguments {
	readonly command: 'verify';
	readonly level: AskedLevel;
	/** Only these tensors, whole; empty: all of them, as far as the level goes. */
	readonly tensors: readonly string[];
	/** What a spot check's windows are chosen by; undefined: by chance. */
	readonly sampleSeed: number | undefined;
	/** Seeds below this one are tried where the seed of a random method decides; null: none. */
	readonly findSeed: number | null;
	/** Where a receipt is to be written. */
	readonly receipt: string | null;
	/** Workers; undefined: as many as the machine has threads. */
	readonly jobs: number | undefined;
}

export interface MethodsArguments {
	readonly command: 'methods';
	/** null: all of them. */
	readonly name: string | null;
	readonly json: boolean;
}

export interface LockArguments extends ReadingArguments {
	readonly command: 'lock';
	/** The file to write; null: print it. */
	readonly out: string | null;
}

export interface ReceiptArguments {
	readonly command: 'receipt';
	readonly file: string;
	/** The receipt to compare with; null: check the one. */
	readonly other: string | null;
	readonly json: boolean;
}

export interface HelpArguments {
	readonly command: 'help';
	/** What help is wanted about; null: Remelt. */
	readonly about: Command | null;
}

/** What was asked for at the command line. */
export type Arguments =
	| PlanArguments
	| MergeArguments
	| VerifyArguments
	| MethodsArguments
	| LockArguments
	| ReceiptArguments
	| HelpArguments
	| { readonly command: 'version' };

/** A command line that cannot be understood. */
export class UsageError extends Error {
	override readonly name = 'UsageError';
	/** The command whose help would have told; null where there is none. */
	readonly command: Command | null;

	constructor(message: string, command: Command | null = null) {
		super(message);
		this.command = command;
	}
}

export type Environment = Readonly<Record<string, string | undefined>>;

const DEFAULT_HUB = 'https://huggingface.co';

/** Budgets below this leave no room for a single step of a kernel. */
const LEAST_MEMORY = 2 ** 20;

/** Reads a command line. @throws UsageError */
export function readArguments(argv: readonly string[], environment: Environment = {}): Arguments {
	const { values, positionals } = parse(argv);
	const [word, ...rest] = positionals;
	if (values.version === true) return { command: 'version' };
	if (word === 'help') return { command: 'help', about: commandNamed(rest[0] ?? null) };
	if (word === undefined) {
		if (values.help === true) return { command: 'help', about: null };
		throw new UsageError('Say what to do: plan, merge, verify, lock, receipt or methods.');
	}
	const command = commandNamed(word);
	if (values.help === true) return { command: 'help', about: command };
	if (command === null)
		throw new UsageError('Say what to do: plan, merge, verify, lock, receipt or methods.');
	refuseForeign(values, command);
	if (command === 'methods') return methodsArguments(rest, values);
	if (command === 'receipt') return receiptArguments(rest, values);
	const [recipe, ...more] = rest;
	if (recipe === undefined) throw new UsageError('Name a recipe.', command);
	const reading = readingArguments(recipe, values, environment, command);
	if (command === 'merge') return mergeArguments(reading, more, values);
	if (command === 'verify') return verifyArguments(reading, more, values);
	refuseExtra(more, command);
	return command === 'lock'
		? { command, ...reading, out: values.out ?? null }
		: { command, ...reading };
}

type Values = ReturnType<typeof parse>['values'];

function parse(argv: readonly string[]): ReturnType<typeof parseArgs<Words>> {
	try {
		return parseArgs<Words>({ args: [...argv], allowPositionals: true, options: OPTIONS });
	} catch (error) {
		throw new UsageError(error instanceof Error ? error.message : String(error));
	}
}

interface Words {
	readonly args: string[];
	readonly allowPositionals: true;
	readonly options: typeof OPTIONS;
}

function commandNamed(word: string | null): Command | null {
	if (word === null || isCommand(word)) return word;
	throw new UsageError(
		`Unknown command ${word}: it is plan, merge, verify, lock, receipt or methods.`,
	);
}

function isCommand(word: string): word is Command {
	return ['plan', 'merge', 'verify', 'methods', 'lock', 'receipt'].includes(word);
}

/** An option that another command takes would otherwise do nothing, without a word. */
function refuseForeign(values: Values, command: Command): void {
	for (const name of Object.keys(values)) {
		const commands: readonly string[] | undefined = Object.hasOwn(OPTIONS, name)
			? OPTIONS[name as keyof typeof OPTIONS].commands
			: undefined;
		if (commands !== undefined && !commands.includes(command))
			throw new UsageError(`--${name} is no option of ${command}.`, command);
	}
}

function refuseExtra(more: readonly string[], command: Command): void {
	const [extra] = more;
	if (extra !== undefined) throw new UsageError(`${extra} is one word too many.`, command);
}

function methodsArguments(words: readonly string[], values: Values): MethodsArguments {
	const [name = null, ...more] = words;
	refuseExtra(more, 'methods');
	return { command: 'methods', name, json: values.json ?? false };
}

function receiptArguments(words: readonly string[], values: Values): ReceiptArguments {
	const [action, file, other = null, ...more] = words;
	if (action !== 'check')
		throw new UsageError('Say what to do with a receipt: remelt receipt check FILE.', 'receipt');
	if (file === undefined) throw new UsageError('Name the file of a receipt.', 'receipt');
	refuseExtra(more, 'receipt');
	return { command: 'receipt', file, other, json: values.json ?? false };
}

function readingArguments(
	recipe: string,
	values: Values,
	environment: Environment,
	command: Command,
): ReadingArguments {
	const fail = (message: string): UsageError => new UsageError(message, command);
	const { ties } = values;
	if (ties !== undefined && ties !== 'mergekit' && ties !== 'index')
		throw fail(`--ties takes mergekit or index, not ${ties}.`);
	const memory = optional(values.memory, (text) => size(text, '--memory', fail));
	if (memory !== undefined && memory < LEAST_MEMORY)
		throw fail(`--memory takes a size of at least 1MiB such as 512MiB, not ${memory} bytes.`);
	return {
		recipe,
		number: whole(values.recipe ?? '1', '--recipe', 1, fail),
		models: values.models ?? null,
		folders: new Map((values.model ?? []).map((text) => readModel(text, fail))),
		hub: (values.hub ?? environment.REMELT_HUB ?? DEFAULT_HUB).replace(/\/+$/, ''),
		published: values.published ?? null,
		semantics: values.semantics,
		seed: optional(values['random-seed'], (text) => whole(text, '--random-seed', 0, fail)),
		ties,
		memory,
		shardSize: optional(values['out-shard-size'], (text) => size(text, '--out-shard-size', fail)),
		json: values.json ?? false,
	};
}

function mergeArguments(
	reading: ReadingArguments,
	more: readonly string[],
	values: Values,
): MergeArguments {
	const fail = (message: string): UsageError => new UsageError(message, 'merge');
	const [out = values.out, ...extra] = more;
	refuseExtra(extra, 'merge');
	if (more.length > 0 && values.out !== undefined)
		throw fail(`Give the folder once: ${more[0] ?? ''} or --out ${values.out}.`);
	if (out === undefined && reading.published === null)
		throw fail(
			'Say where the model goes (remelt merge RECIPE OUT), or what to compare with (--published).',
		);
	if (values.keep === true && out === undefined)
		throw fail('--keep needs a folder to keep merges in: remelt merge RECIPE OUT.');
	return {
		command: 'merge',
		...reading,
		out: out ?? null,
		jobs: optional(values.jobs, (text) => whole(text, '--jobs', 1, fail)),
		restart: values.restart ?? false,
		fileDigests: values['file-digests'] ?? false,
		keep: values.keep ?? false,
	};
}

const LEVELS: readonly AskedLevel[] = ['headers', 'spot', 'full'];

function verifyArguments(
	reading: ReadingArguments,
	more: readonly string[],
	values: Values,
): VerifyArguments {
	const fail = (message: string): UsageError => new UsageError(message, 'verify');
	const [published = null, ...extra] = more;
	refuseExtra(extra, 'verify');
	if (published !== null && reading.published !== null)
		throw fail(`Give the published model once: ${published} or --published ${reading.published}.`);
	const level = LEVELS.find((one) => one === (values.level ?? 'spot'));
	if (level === undefined)
		throw fail(`--level takes ${LEVELS.join(', ')}, not ${values.level ?? ''}.`);
	const tensors = values.tensor ?? [];
	if (tensors.length > 0 && values.level !== undefined)
		throw fail('--tensor looks at tensors whole: leave --level out.');
	return {
		command: 'verify',
		...reading,
		published: published ?? reading.published,
		level,
		tensors,
		sampleSeed: optional(values['sample-seed'], (text) => whole(text, '--sample-seed', 0, fail)),
		findSeed: optional(values['find-seed'], (text) => seedsOf(text, fail)) ?? null,
		receipt: values.receipt ?? null,
		jobs: optional(values.jobs, (text) => whole(text, '--jobs', 1, fail)),
	};
}

/** torch's generator on a CPU uses no more of a seed than this. */
const ALL_SEEDS = 2 ** 32;

function seedsOf(text: string, fail: Fail): number {
	if (text === 'all') return ALL_SEEDS;
	return Math.min(ALL_SEEDS, whole(text, '--find-seed', 1, fail));
}

type Fail = (message: string) => UsageError;

function optional<T>(text: string | undefined, read: (text: string) => T): T | undefined {
	return text === undefined ? undefined : read(text);
}

function readModel(text: string, fail: Fail): readonly [string, string] {
	const at = text.indexOf('=');
	if (at <= 0 || at === text.length - 1) throw fail(`--model takes REF=FOLDER, not ${text}.`);
	return [text.slice(0, at), text.slice(at + 1)];
}

function whole(text: string, option: string, least: number, fail: Fail): number {
	const value = /^\d+$/.test(text) ? Number(text) : NaN;
	if (Number.isSafeInteger(value) && value >= least) return value;
	throw fail(`${option} takes a whole number from ${least} on, not ${text}.`);
}

function size(text: string, option: string, fail: Fail): number {
	const bytes = parseSize(text);
	if (bytes !== null) return bytes;
	throw fail(`${option} takes a size such as 5B (10⁹ bytes), 500MB or 1GiB, not ${text}.`);
}
