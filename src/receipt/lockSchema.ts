import { z } from 'zod';
import { commitSchema, digestSourceSchema, sha256Schema } from './values.ts';

/** What a lock's first key says, and what readers tell versions by. */
export const LOCK_SCHEMA = 'remelt-lock/v1';

const fileSchema = z
	.strictObject({
		size: z.int().nonnegative().describe('Bytes'),
		sha256: sha256Schema.nullable().describe('null: nobody said it, and nobody took it'),
		from: digestSourceSchema.nullable().describe('Who says the digest; null where there is none'),
	})
	.refine(({ sha256, from }) => (sha256 === null) === (from === null), {
		message: 'expected sha256 and from to be both null, or neither',
	});

const modelSchema = z
	.strictObject({
		repo: z
			.string()
			.min(1)
			.nullable()
			.describe('owner/name on the Hub; null for folders, which only their digests identify'),
		commit: commitSchema.nullable().describe('null exactly where repo is'),
		files: z.record(z.string().min(1), fileSchema).describe('The weight files by name'),
	})
	.refine(({ repo, commit }) => (repo === null) === (commit === null), {
		message: 'expected repo and commit to be both null, or neither',
	});

/** What `remelt.lock.json` holds: all that a merge depends on and no recipe says. */
export const lockSchema = z
	.strictObject({
		schema: z.literal(LOCK_SCHEMA).describe('The version of this format'),
		recipe: z.strictObject({ sha256: sha256Schema.describe('Of the recipe’s text as UTF-8') }),
		semantics: z
			.string()
			.min(1)
			.describe('Which mergekit the merge is held to: a release, a day, or precise'),
		seed: z
			.int()
			.nonnegative()
			.nullable()
			.describe('What random methods draw from; null where nothing is drawn'),
		ties: z.enum(['mergekit', 'index']).describe('Which of equal magnitudes survive a cut'),
		models: z
			.record(z.string().min(1), modelSchema)
			.describe('What the recipe’s references were resolved to, by reference as written'),
		published: modelSchema.nullable().describe('The model that the recipe is said to have made'),
	})
	.meta({
		title: 'Remelt lock, version 1',
		description: 'All that a merge depends on and no recipe says, so that it can be done again.',
	});

/** All that a merge depends on and no recipe says. */
export type Lock = z.output<typeof lockSchema>;

/** A model as a lock holds it. */
export type LockedModel = Lock['models'][string];

/** A weight file as a lock holds it. */
export type LockedFile = LockedModel['files'][string];
