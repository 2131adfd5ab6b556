import { z } from 'zod';
import { documented } from './keyDocs.ts';
import type { TokenSource } from './types.ts';
import {
	flag,
	isMapping,
	optionalInteger,
	readReference,
	reference,
	show,
	type WrittenReference,
} from './values.ts';

/** Where a token's embedding comes from, with the references that mergekit would make of it. */
export interface WrittenTokenSource {
	readonly source: TokenSource;
	readonly reference: WrittenReference | null;
}

/**
 * mergekit tries the mappings with a `kind` first; one that does not fit, as for want of a token, is taken
 * for a model reference, whose row for the token itself is then meant.
 */
const tokenSource = z.unknown().transform((value, context): WrittenTokenSource | null => {
	if (value == null) return null;
	if (isMapping(value) && value['kind'] === 'zero')
		return { source: { kind: 'zero' }, reference: null };
	const token = isMapping(value) && value['kind'] === 'model_token' ? tokenOf(value) : null;
	const read = readReference(token === null || !isMapping(value) ? value : value['model']);
	if (read === null) {
		context.addIssue(
			`must be a model, or a mapping with the kind model_token or zero, not ${show(value)}`,
		);
		return z.NEVER;
	}
	if (token === null) return { source: { kind: 'model', model: read.text }, reference: read };
	return { source: { kind: 'model_token', model: read.text, token }, reference: read };
});

/** The token that a mapping with `kind: model_token` names; null unless there is exactly one. */
export function tokenOf(value: Readonly<Record<string, unknown>>): string | number | null {
	const token = value['token'] ?? null;
	const id = value['token_id'] ?? null;
	if (id === null) return typeof token === 'string' ? token : null;
	const read = optionalInteger.safeParse(id);
	return token === null && read.success ? read.data : null;
}

/** The mapping form of a token's source, for its keys and for the reference. */
export const tokenSourceSchema = z.object({
	kind: documented(z.string().optional(), {
		type: '`model_token` or `zero`',
		without: 'the value is a model, whose row for the token is meant',
		meaning: 'Whether the embedding is a row of a model, or zeros.',
		example: 'model_token',
	}),
	model: documented(reference.optional(), {
		type: 'model',
		without: 'none; `model_token` needs it',
		meaning: 'The model that the row is taken from.',
		example: 'org/a',
	}),
	token: documented(z.string().optional(), {
		type: 'text',
		without: 'none; `model_token` needs either this or `token_id`',
		meaning: 'The token whose row is taken.',
		example: '"<|im_start|>"',
		mergekit:
			'Where both `token` and `token_id` are given, or neither, drops them without a word and takes the row of the token that is being defined.',
	}),
	token_id: documented(optionalInteger.optional(), {
		type: 'whole number',
		without: 'none; `model_token` needs either this or `token`',
		meaning: 'The number of the row that is taken.',
		example: '32000',
	}),
});

/** What a recipe says of one token. */
export const tokenSchema = z.object(
	{
		source: documented(tokenSource.default(null), {
			type: 'model, or mapping',
			without:
				'the one model that has the token, else the base, else the mean of those that have it',
			meaning: 'Where the embedding of the token comes from in models that lack it.',
			example: '{kind: zero}',
		}),
		force: documented(flag.default(false), {
			type: '`true` or `false`',
			without: '`false`',
			meaning: 'Whether the embedding replaces that of models that have the token, too.',
			example: 'true',
		}),
	},
	'must be a mapping',
);

/** The tokenizer block. */
export const tokenizerSchema = z.object(
	{
		source: documented(reference.default({ text: 'union', architecture: null }), {
			type: '`union`, `base`, or model',
			without: '`union`',
			meaning:
				'The tokenizer: that of the base model, that of a model, or the base’s with the tokens of all others added.',
			example: 'base',
			mergekit: 'Orders the added tokens of `union` differently from run to run.',
		}),
		tokens: documented(
			z
				.record(z.string(), tokenSchema, 'must be a mapping from tokens to rules')
				.nullable()
				.transform((value) => value ?? {})
				.default({}),
			{
				type: 'mapping from tokens to rules',
				without: 'none',
				meaning: 'Rules for single tokens. Tokens that the tokenizer lacks are added.',
				example: '{"<|im_start|>": {source: org/a}}',
			},
		),
		pad_to_multiple_of: documented(optionalInteger.default(null), {
			type: 'whole number',
			without: 'no padding',
			meaning: 'Pads the embeddings to a multiple of this many rows.',
			example: '64',
			mergekit: 'Reads it since 30 November 2024. The added rows are the mean of the others.',
		}),
	},
	'must be a mapping',
);
