import type { z } from 'zod';
import {
	filteredValueSchema,
	modelSchema,
	moduleSchema,
	recipeSchema,
	sliceSchema,
	sourceSchema,
} from './schema.ts';
import { tokenizerSchema, tokenSchema, tokenSourceSchema } from './tokenizerSchema.ts';

/** A kind of mapping in a recipe. */
export type Level =
	| 'recipe'
	| 'module'
	| 'model'
	| 'slice'
	| 'source'
	| 'value'
	| 'tokenizer'
	| 'token'
	| 'tokenSource'
	| 'reference'
	| 'path';

/** How mappings of one level lie in another: alone, in a list, or in a mapping with names of its own. */
export interface Child {
	readonly key: string;
	readonly level: Level;
	readonly in: 'place' | 'list' | 'mapping';
}

export interface LevelFacts {
	/** The keys that a mapping of this kind takes. */
	readonly keys: readonly string[];
	/** In words, to follow "means nothing" or "belongs". */
	readonly where: string;
	readonly children: readonly Child[];
}

const MODEL: Child = { key: 'model', level: 'reference', in: 'place' };
const BASE: Child = { key: 'base_model', level: 'reference', in: 'place' };
const INPUTS: readonly Child[] = [
	{ key: 'models', level: 'model', in: 'list' },
	{ key: 'slices', level: 'slice', in: 'list' },
];

/** Every kind of mapping in a recipe; parameters apart, which take any name. */
export const LEVELS: Readonly<Record<Level, LevelFacts>> = {
	recipe: level(recipeSchema, 'at the top', [
		...INPUTS,
		BASE,
		{ key: 'modules', level: 'module', in: 'mapping' },
		{ key: 'tokenizer', level: 'tokenizer', in: 'place' },
		{ key: 'tokenizer_source', level: 'reference', in: 'place' },
	]),
	module: level(moduleSchema, 'in a module', INPUTS),
	model: level(modelSchema, 'in an entry of models', [MODEL]),
	slice: level(sliceSchema, 'in a slice', [{ key: 'sources', level: 'source', in: 'list' }, BASE]),
	source: level(sourceSchema, 'in a source of a slice', [MODEL]),
	value: level(filteredValueSchema, 'beside filter and value', []),
	tokenizer: level(tokenizerSchema, 'in tokenizer', [
		{ key: 'source', level: 'reference', in: 'place' },
		{ key: 'tokens', level: 'token', in: 'mapping' },
	]),
	token: level(tokenSchema, 'in the rule for a token', [
		{ key: 'source', level: 'tokenSource', in: 'place' },
	]),
	tokenSource: level(tokenSourceSchema, 'in the source of a token', [MODEL]),
	reference: {
		keys: ['model', 'lora', 'override_architecture'],
		where: 'in a model reference',
		children: [
			{ key: 'model', level: 'path', in: 'place' },
			{ key: 'lora', level: 'path', in: 'place' },
		],
	},
	path: { keys: ['path', 'revision'], where: 'beside path and revision', children: [] },
};

function level(schema: z.ZodObject, where: string, children: readonly Child[]): LevelFacts {
	return { keys: Object.keys(schema.shape), where, children };
}
