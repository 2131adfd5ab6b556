import { parseArgs } from 'node:util';

/** What was asked for at the command line. */
export interface Arguments {
	readonly command: 'merge' | 'plan';
	/** A recipe, a card with one, or a repository. */
	readonly recipe: string;
	/** Which of a card's recipes, counted from 1. */
	readonly number: number;
	readonly out: string | null;
	readonly hub: string;
	/** `owner/name` or `owner/name@revision`; or a folder. */
	readonly published: string | null;
	/** Model reference -> folder. */
	readonly folders: ReadonlyMap<string, string>;
	/** Bytes that a run may hold. */
	readonly memory: number;
	readonly json: boolean;
}

/** A command line that cannot be understood. */
export class UsageError extends Error {
	override readonly name = 'UsageError';
}

export const USAGE = `Usage:
  remelt merge RECIPE --out FOLDER [options]   re-run a merge and write the model
  remelt merge RECIPE --published MODEL        re-run a merge and compare, writing nothing
  remelt plan RECIPE [options]                 show what a merge would read, do and write

RECIPE is a mergekit configuration (.yml, .yaml), a model card with one in it (.md), or a model on
the Hub that has one (owner/name, owner/name@revision).

Options:
  --out FOLDER          where the merged model goes; must be empty or not exist
  --published MODEL     compare with this model: owner/name, owner/name@revision, or a folder
  --model REF=FOLDER    read the model that the recipe calls REF from a folder; can be repeated
  --hub URL             the Hub to read models from (default https://huggingface.co)
  --recipe N            use the card's Nth recipe (default 1)
  --memory MIB          memory for weights, in MiB (default 512)
  --json                print the plan as JSON (plan only)
  -h, --help            show this

Models that the recipe names are folders where such folders exist, and repositories on the Hub
otherwise. Nothing is written until everything is written: a failed or interrupted run leaves no file.

Exit status: 0 done, 1 failed, 2 command line not understood, 3 differs from the published model,
130 interrupted.
`;

const DEFAULT_HUB = 'https://huggingface.co';

/** Reads a command line; null where help was asked for. @throws UsageError */
export function readArguments(
	argv: readonly string[],
	environment: Environment = {},
): Arguments | null {
	const { values, positionals } = parse(argv);
	if (values.help === true || positionals[0] === 'help') return null;
	const [command, recipe, extra] = positionals;
	if (command !== 'merge' && command !== 'plan')
		throw new UsageError(
			command === undefined ? 'Say merge or plan.' : `Unknown command ${command}.`,
		);
	if (recipe === undefined) throw new UsageError('Name a recipe file.');
	if (extra !== undefined) throw new UsageError(`One recipe at a time, not also ${extra}.`);
	if (command === 'merge' && values.out === undefined && values.published === undefined)
		throw new UsageError(
			'Say where the model goes with --out, or what to compare with by --published.',
		);
	return {
		command,
		recipe,
		number: positive(values.recipe ?? '1', '--recipe'),
		out: values.out ?? null,
		hub: (values.hub ?? environment.REMELT_HUB ?? DEFAULT_HUB).replace(/\/+$/, ''),
		published: values.published ?? null,
		folders: new Map((values.model ?? []).map(readModel)),
		memory: positive(values.memory ?? '512', '--memory') * 2 ** 20,
		json: values.json ?? false,
	};
}

type Environment = Readonly<Record<string, string | undefined>>;

const OPTIONS = {
	out: { type: 'string' },
	published: { type: 'string' },
	model: { type: 'string', multiple: true },
	hub: { type: 'string' },
	recipe: { type: 'string' },
	memory: { type: 'string' },
	json: { type: 'boolean' },
	help: { type: 'boolean', short: 'h' },
} as const;

interface Words {
	readonly args: string[];
	readonly allowPositionals: true;
	readonly options: typeof OPTIONS;
}

function parse(argv: readonly string[]): ReturnType<typeof parseArgs<Words>> {
	try {
		return parseArgs<Words>({ args: [...argv], allowPositionals: true, options: OPTIONS });
	} catch (error) {
		throw new UsageError(error instanceof Error ? error.message : String(error));
	}
}

function readModel(text: string): readonly [string, string] {
	const at = text.indexOf('=');
	if (at <= 0 || at === text.length - 1)
		throw new UsageError(`--model takes REF=FOLDER, not ${text}.`);
	return [text.slice(0, at), text.slice(at + 1)];
}

function positive(text: string, option: string): number {
	const value = Number(text);
	if (Number.isSafeInteger(value) && value > 0) return value;
	throw new UsageError(`${option} takes a whole number above 0, not ${text}.`);
}
