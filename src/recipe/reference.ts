import type { z } from 'zod';
import { keyDoc, type KeyDoc } from './keyDocs.ts';
import { METHOD_PARAMETERS, type Scope } from './methodParameters.ts';
import {
	filteredValueSchema,
	modelSchema,
	moduleSchema,
	recipeSchema,
	sliceSchema,
	sourceSchema,
} from './schema.ts';
import { tokenizerSchema, tokenSchema, tokenSourceSchema } from './tokenizerSchema.ts';

/** One key of a recipe, as the reference explains it. */
export interface ReferenceKey extends KeyDoc {
	/** From the top of the recipe: `slices[].sources[].model`; a name of one's own is written `*`. */
	readonly path: string;
}

/** The keys of one kind of mapping in a recipe. */
export interface ReferenceSection {
	readonly title: string;
	readonly keys: readonly ReferenceKey[];
}

/** A merge method with the parameters that mergekit reads for it. */
export interface ReferenceMethod {
	readonly name: string;
	readonly parameters: readonly { readonly name: string; readonly scope: Scope }[];
}

/** Every key that a recipe may have, in the order of a recipe, from the schema that reads recipes. */
export function recipeReference(): readonly ReferenceSection[] {
	return [
		section('At the top', '', recipeSchema),
		section('A model that is merged as a whole', 'models[].', modelSchema),
		section('A slice', 'slices[].', sliceSchema),
		section('A source of a slice', 'slices[].sources[].', sourceSchema),
		section('A module', 'modules.*.', moduleSchema),
		section('A conditional value', 'parameters.*[].', filteredValueSchema),
		section('The tokenizer', 'tokenizer.', tokenizerSchema),
		section('The rule for a token', 'tokenizer.tokens.*.', tokenSchema),
		section('Where the embedding of a token comes from', TOKEN_SOURCE, tokenSourceSchema),
	];
}

const TOKEN_SOURCE = 'tokenizer.tokens.*.source.';

/** Every merge method of mergekit with its parameters. */
export function methodReference(): readonly ReferenceMethod[] {
	return Object.entries(METHOD_PARAMETERS).map(([name, scopes]) => ({
		name,
		parameters: Object.entries(scopes).map(([parameter, scope]) => ({ name: parameter, scope })),
	}));
}

function section(title: string, prefix: string, schema: z.ZodObject): ReferenceSection {
	const keys = Object.entries<z.ZodType>(schema.shape).map(([key, part]): ReferenceKey => {
		const doc = keyDoc(part);
		if (doc === null) throw new RangeError(`nothing is said of ${prefix}${key}`);
		return { path: `${prefix}${key}`, ...doc };
	});
	return { title, keys };
}
