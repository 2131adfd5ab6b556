import { mkdtemp, readFile, rm, rmdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { RemeltError, toRemeltError } from '../errors/index.ts';
import { REMELT_JSON } from '../merge/index.ts';
import type { MergeOutcome, RemeltJson, TensorResult } from '../merge/index.ts';
import { HIDDEN } from './folderSink.ts';
import type { Prepared, PreparedRun } from './inputs.ts';
import { entriesOf } from './leftovers.ts';
import { openFolder, type OpenedModel } from './models.ts';
import { openOutFolder, type OutFolder } from './outFolder.ts';
import { planDigest, stateOf } from './planDigest.ts';
import { runPlan, type RunSettings } from './runPlan.ts';

/** How recipes are run. */
export interface RecipesSettings extends RunSettings {
	readonly restart: boolean;
	/** Keep the merges that come before the last. */
	readonly keep: boolean;
}

/** Where in the hidden folder the merges are that come before the last. */
const MERGES = join(HIDDEN, 'merges');

/**
 * Runs the merges that a text asks for, the last one into `out` (null: only compared), those before it
 * into folders that are removed at the end. What an earlier run of the same has done is not done again.
 * @throws `output-exists`, and as `runMerge` does; hints say what is left to be taken up
 */
export async function runRecipes(
	run: PreparedRun,
	out: string | null,
	settings: RecipesSettings,
): Promise<MergeOutcome> {
	const digests = digestsOf(run);
	const digest = digests.get(null) ?? '';
	const { restart, fileDigests } = settings;
	const { plan } = run.last;
	const opened =
		out === null ? null : await openOutFolder(out, { plan, digest, restart, fileDigests });
	const place = out === null ? await mkdtemp(join(tmpdir(), 'remelt-')) : join(out, MERGES);
	try {
		if (restart) await rm(place, { recursive: true, force: true });
		const outcome = await runInto(run, opened, { place, digests }, settings);
		if (!settings.keep) await rm(place, { recursive: true, force: true });
		if (out !== null) await rmdir(join(out, HIDDEN)).catch(() => undefined);
		return outcome;
	} catch (error) {
		const failure = toRemeltError(error, 'kernel-failed');
		throw out === null ? failure : await withHint(failure, out);
	} finally {
		if (out === null) await rm(place, { recursive: true, force: true });
	}
}

/** Where merges are that come before the last, and what identifies each of them by its name. */
interface Workplace {
	readonly place: string;
	readonly digests: ReadonlyMap<string | null, string>;
}

async function runInto(
	{ before, last }: PreparedRun,
	opened: OutFolder | null,
	{ place, digests }: Workplace,
	settings: RunSettings,
): Promise<MergeOutcome> {
	if (opened?.kind === 'complete') return outcomeOf(opened.results);
	const made = new Map<string, OpenedModel>();
	const records: Record<string, RemeltJson> = {};
	for (const step of before) {
		const name = step.name ?? '';
		const folder = join(place, name);
		await makeModel(jobOf(step, made, records), folder, digests.get(name) ?? '', settings);
		made.set(name, await openFolder(folder, settings.signal, name));
		records[name] = JSON.parse(await readFile(join(folder, REMELT_JSON), 'utf8')) as RemeltJson;
	}
	return runPlan(jobOf(last, made, records), opened, settings);
}

/** A merge with those models in place that were made before it. */
function jobOf(
	{ recipe, plan, models, needs }: Prepared,
	made: ReadonlyMap<string, OpenedModel>,
	records: Readonly<Record<string, RemeltJson>>,
): Parameters<typeof runPlan>[0] {
	const needed = [...made].filter(([name]) => needs.includes(name));
	const merges = Object.entries(records).filter(([name]) => needs.includes(name));
	return {
		recipe,
		plan,
		models: new Map([...models, ...needed]),
		merges: Object.fromEntries(merges),
	};
}

/** Makes a model that a later merge reads, unless an earlier run has made the same. */
async function makeModel(
	job: Parameters<typeof runPlan>[0],
	folder: string,
	digest: string,
	settings: RunSettings,
): Promise<void> {
	const stamp = `${folder}.made`;
	if ((await readFile(stamp, 'utf8').catch(() => null)) === digest) return;
	const { plan } = job;
	settings.terminal.err(`Makes ${basename(folder)}, which another merge reads.\n`);
	const options = { plan, digest, restart: false, fileDigests: settings.fileDigests };
	const opened = await openOutFolder(folder, options).catch(async (error: unknown) => {
		if (!(error instanceof RemeltError) || error.code !== 'output-exists') throw error;
		// It is of another merge, or was not stamped any more: it is ours to remove.
		await rm(folder, { recursive: true, force: true });
		return openOutFolder(folder, options);
	});
	if (opened.kind === 'open') await runPlan(job, opened, settings);
	await writeFile(stamp, digest);
}

/** What identifies each merge: its plan, and the state of all that it is made from. */
function digestsOf({ before, last }: PreparedRun): Map<string | null, string> {
	const digests = new Map<string | null, string>();
	for (const { name, plan, models, needs } of [...before, last]) {
		const sources = new Map<string, unknown>(
			[...models].map(([reference, { forWorker }]) => [reference, stateOf(forWorker)]),
		);
		for (const need of needs) sources.set(need, digests.get(need));
		digests.set(name, planDigest(plan, sources));
	}
	return digests;
}

function outcomeOf(results: readonly TensorResult[]): MergeOutcome {
	return { results, bytesRead: results.reduce((sum, { bytesRead }) => sum + bytesRead, 0) };
}

/** A failure, with what is left of the run and what a later one can do about it. */
async function withHint(failure: RemeltError, out: string): Promise<RemeltError> {
	const { code, message, hint, details } = failure;
	const left = await entriesOf(join(out, HIDDEN)).catch(() => []);
	if (left.length === 0) return failure;
	const more = `What was done is kept in ${join(out, HIDDEN)}: the same command goes on from there, and with --restart it starts over.`;
	return new RemeltError(code, message, {
		hint: hint === '' ? more : `${hint} ${more}`,
		details,
		cause: failure,
	});
}
