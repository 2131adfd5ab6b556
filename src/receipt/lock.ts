import { RemeltError } from '../errors/index.ts';
import { PUBLISHED } from '../merge/index.ts';
import type { MergePlan, PlanOptions, SourceFile } from '../merge/index.ts';
import { findSemantics } from '../recipe/index.ts';
import { LOCK_SCHEMA, lockSchema, type Lock, type LockedModel } from './lockSchema.ts';
import { parseWith, pathText, type Parsed, type Problem } from './problems.ts';
import { sha256 } from './sha256.ts';
import { parseStrictJson } from './strictJson.ts';

/** The name of a lock beside a card. */
export const LOCK_FILE = 'remelt.lock.json';

export interface LockFacts {
	/** The recipe's YAML as it was found. */
	readonly recipeText: string;
	/**
	 * Weight files by model reference and name; the published model's under {@link PUBLISHED}. Models
	 * that earlier documents of the recipe make are left out: they follow from the others.
	 */
	readonly files: Readonly<Record<string, Readonly<Record<string, SourceFile>>>>;
	/** Plans of a recipe's earlier documents, whose models are locked, too. */
	readonly before?: readonly MergePlan[] | undefined;
}

/**
 * What a plan depends on, written down.
 * @throws RangeError where `files` names a model that no plan reads
 */
export async function lockOf(
	plan: MergePlan,
	{ recipeText, files, before = [] }: LockFacts,
): Promise<Lock> {
	const { semantics, seed, ties } = plan;
	const identities = Object.assign(
		{},
		...[...before, plan].map(({ models }) => models),
	) as MergePlan['models'];
	const locked = Object.entries(files)
		.toSorted(([a], [b]) => (a < b ? -1 : 1))
		.map(([reference, found]) => {
			const identity = identities[reference];
			if (identity === undefined) throw new RangeError(`no plan reads ${reference}`);
			return [reference, lockModel(identity, found)] as const;
		});
	const published = locked.find(([reference]) => reference === PUBLISHED);
	const seeds = [...before.map((one) => one.seed), seed].filter((one) => one !== null);
	return {
		schema: LOCK_SCHEMA,
		recipe: { sha256: await sha256(recipeText) },
		semantics,
		seed: seeds[0] ?? null,
		ties,
		models: Object.fromEntries(locked.filter(([reference]) => reference !== PUBLISHED)),
		published: published?.[1] ?? null,
	};
}

/** Digests are quoted where the Hub says them. Only a commit makes a repository one that can be found. */
function lockModel(
	{ id, revision }: MergePlan['models'][string],
	files: Readonly<Record<string, SourceFile>>,
): LockedModel {
	const onHub = /^[0-9a-f]{40}$/.test(revision);
	const locked = Object.entries(files)
		.toSorted(([a], [b]) => (a < b ? -1 : 1))
		.map(([name, { size, sha256: digest, from }]) => {
			const source = digest === null ? null : from === 'hub' ? 'quoted' : 'computed';
			return [name, { size, sha256: digest, from: source }] as const;
		});
	return {
		repo: onHub ? id : null,
		commit: onHub ? revision : null,
		files: Object.fromEntries(locked),
	};
}

/** A lock as it is kept: JSON with tabs. */
export function lockText(lock: Lock): string {
	return `${JSON.stringify(lock, null, '\t')}\n`;
}

/** Reads a lock; what is wrong is said with its key and what to do. Never throws. */
export function parseLock(text: string): Parsed<Lock> {
	const json = parseStrictJson(text);
	if (!json.ok) return json;
	const version = versionProblem(json.value);
	if (version !== null) return { ok: false, problems: [version] };
	const parsed = parseWith(lockSchema, json.value, 'Locks');
	if (!parsed.ok) return parsed;
	const problem = semanticsProblem(parsed.value);
	return problem === null ? parsed : { ok: false, problems: [problem] };
}

/** One plain sentence instead of all that a document of another kind lacks. */
function versionProblem(data: unknown): Problem | null {
	const found =
		typeof data === 'object' && data !== null && 'schema' in data ? data.schema : undefined;
	if (found === LOCK_SCHEMA) return null;
	const other = typeof found === 'string' && found.startsWith('remelt-lock/');
	return {
		path: 'schema',
		message: other
			? `The lock is of the version ${JSON.stringify(found)}, which this Remelt does not know.`
			: 'The file is no lock.',
		hint: other
			? `Use a later Remelt; this one reads ${LOCK_SCHEMA}.`
			: `Its key "schema" has to be "${LOCK_SCHEMA}"; remelt lock writes such a file.`,
	};
}

function semanticsProblem({ semantics }: Lock): Problem | null {
	try {
		findSemantics(semantics);
		return null;
	} catch (error) {
		if (!(error instanceof RemeltError)) throw error;
		const { message, hint } = error;
		return { path: 'semantics', message, hint };
	}
}

/**
 * What a lock leaves open: models without a commit and files without a digest. A merge from such a lock
 * may read other bytes than the one that it was made of, and nobody would notice.
 */
export function openEnds(lock: Lock): readonly Problem[] {
	const models = Object.entries(lock.models).map(
		([reference, model]) => [['models', reference], model] as const,
	);
	const all =
		lock.published === null ? models : [...models, [['published'], lock.published] as const];
	return all.flatMap(([path, { commit, files }]) =>
		Object.entries(files)
			.filter(([, { sha256: digest }]) => digest === null)
			.map(([name, { size }]): Problem => {
				const place = pathText([...path, 'files', name]);
				return {
					path: `${place}.sha256`,
					message: `${place} has no digest${commit === null ? ', and its model no commit' : ''}: another file of ${size} bytes would not be noticed.`,
					hint: 'Make the lock anew where the Hub can be asked, or from the folder that has the file.',
				};
			}),
	);
}

/** Where a locked model is read from. */
export interface LockedLocation {
	/** `owner/name`; null where only the files' digests are known: it has to be given as a folder. */
	readonly repo: string | null;
	/** The commit; null where repo is. */
	readonly revision: string | null;
	/** What its weight files must be. */
	readonly files: LockedModel['files'];
}

/** What reproduces a locked merge. */
export interface AppliedLock {
	readonly options: Required<Pick<PlanOptions, 'semantics' | 'ties'>> & {
		/** undefined where nothing is drawn. */
		readonly seed: number | undefined;
	};
	/** By reference as the recipe has it. */
	readonly models: ReadonlyMap<string, LockedLocation>;
	readonly published: LockedLocation | null;
}

/**
 * What a plan has to be made with so that it is the locked one.
 * @throws `recipe-invalid` where the recipe is not the locked one
 */
export async function applyLock(lock: Lock, recipeText: string): Promise<AppliedLock> {
	const found = await sha256(recipeText);
	if (found !== lock.recipe.sha256)
		throw new RemeltError(
			'recipe-invalid',
			'The recipe is not the one that the lock was made for.',
			{
				hint: 'Take the recipe as it was, to the last character, or make a lock for this one with remelt lock.',
				details: { expected: lock.recipe.sha256, found },
			},
		);
	const { semantics, ties, seed, models, published } = lock;
	return {
		options: { semantics, ties, seed: seed ?? undefined },
		models: new Map(
			Object.entries(models).map(([reference, model]) => [reference, locationOf(model)]),
		),
		published: published === null ? null : locationOf(published),
	};
}

function locationOf({ repo, commit, files }: LockedModel): LockedLocation {
	return { repo, revision: commit, files };
}

/** A weight file that is there, as far as it is known. */
export interface FoundFile {
	readonly size: number;
	/** null where it is not known. */
	readonly sha256: string | null;
}

/** How files that are there differ from the locked ones; `path` is the model's place in the lock. */
export function lockDifferences(
	{ files }: LockedLocation,
	found: Readonly<Record<string, FoundFile>>,
	path: readonly string[],
): readonly Problem[] {
	const names = [...new Set([...Object.keys(files), ...Object.keys(found)])].toSorted();
	return names.flatMap((name): Problem[] => {
		const [locked, there] = [files[name], found[name]];
		const place = pathText([...path, 'files', name]);
		const problem =
			there === undefined
				? 'is not there'
				: locked === undefined
					? 'is not in the lock'
					: locked.size !== there.size
						? `has ${there.size} bytes, and ${locked.size} in the lock`
						: locked.sha256 !== null && there.sha256 !== null && locked.sha256 !== there.sha256
							? `has the digest ${there.sha256}, and ${locked.sha256} in the lock`
							: null;
		if (problem === null) return [];
		const hint = 'Read the model at the locked commit, or make a new lock.';
		return [{ path: place, message: `${place} ${problem}.`, hint }];
	});
}
