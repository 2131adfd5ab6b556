import { z } from 'zod';
import { DTYPE_BITS, type Dtype } from '../tensors/index.ts';
import { lockSchema } from './lockSchema.ts';
import { FINDING_WORDS, LEVELS } from './report.ts';
import {
	countSchema,
	digestSourceSchema,
	float32Schema,
	float64Schema,
	sha256Schema,
} from './values.ts';

/** in-toto Statement v1: https://github.com/in-toto/attestation/blob/main/spec/v1/statement.md */
export const STATEMENT_TYPE = 'https://in-toto.io/Statement/v1';

/** What our predicates are told by. An identifier: nothing has to be found at that address. */
export const PREDICATE_TYPE = 'https://remelt.dev/receipt/v1';

const subjectSchema = z.strictObject({
	name: z.string().min(1).describe('The file’s name in its repository'),
	uri: z
		.string()
		.regex(/^pkg:huggingface\//)
		.optional()
		.describe('The file at its commit as a package URL; absent where it is of a folder'),
	digest: z.strictObject({ sha256: sha256Schema }),
	annotations: z.strictObject({
		size: countSchema.describe('Bytes'),
		digest: digestSourceSchema,
	}),
});

const interval = z.tuple([float64Schema, float64Schema]);

const witnessSchema = z.strictObject({
	kind: z.literal('slerp'),
	branch: z.enum(['great-circle', 'linear']),
	w0: float32Schema.describe('Weight of the first parent'),
	w1: float32Schema.describe('Weight of the second parent'),
	cosine: interval.nullable().describe('Cosines that cannot be told apart; null where linear'),
	exact: float64Schema.describe('The cosine in exact arithmetic'),
	others: z.int().nonnegative().describe('Pairs of weights that agree in every bit as well'),
});

const dtypes = Object.keys(DTYPE_BITS) as [Dtype, ...Dtype[]];

const tensorSchema = z.strictObject({
	name: z.string().min(1),
	dtype: z.enum(dtypes),
	shape: z.array(z.int().nonnegative()),
	method: z.string().min(1),
	finding: z.enum(FINDING_WORDS),
	checked: countSchema.describe('Elements that were looked at'),
	mismatch: countSchema.nullable().describe('Elements of other values; null: not compared'),
	maxUlp: z
		.int()
		.nonnegative()
		.max(2 ** 32 - 1)
		.nullable()
		.describe('Largest distance in units in the last place; 2^32 - 1 where one is no number'),
	histogram: z
		.array(countSchema)
		.length(7)
		.nullable()
		.describe('Elements at distances 0, 1, 2, 3-4, 5-8, 9-16 and more'),
	signOfZero: countSchema.nullable().describe('Elements that are zeros of unlike signs'),
	worst: countSchema.nullable().describe('Row-major index of the element furthest away'),
	witness: witnessSchema.nullable(),
	claimed: float64Schema.nullable().describe('The recipe’s t'),
	found: interval.nullable().describe('Which t the published elements allow'),
	theta: interval.nullable().describe('The angle between the parents in radians'),
	branch: z.enum(['great-circle', 'linear']).nullable(),
	published: sha256Schema.nullable().describe('Of the published tensor’s bytes'),
	reason: z.string().nullable(),
});

/** Whatever differs between two honest runs of the same; not part of the digest. */
const runSchema = z.strictObject({
	receiptSha256: sha256Schema.describe('The receipt’s digest: of all but this block'),
	time: z.iso.datetime().describe('When it was done'),
	where: z.enum(['page', 'cli']),
	agent: z.string().describe('The browser, or Node and the system'),
	backend: z.string(),
	workers: z.int().nonnegative(),
	retries: z.int().nonnegative(),
	milliseconds: z.record(z.string(), z.number().nonnegative()).describe('How long each part took'),
});

const predicateSchema = z.strictObject({
	signed: z.literal(false).describe('A receipt has no signature of its own'),
	definition: z.strictObject({
		methods: z.array(z.string().min(1)).min(1).describe('Merge methods, in alphabetical order'),
		recipe: z.strictObject({
			sha256: sha256Schema.describe('Of the recipe’s text as UTF-8'),
			parsed: z.record(z.string(), z.unknown()).describe('What was read in it'),
		}),
		lock: lockSchema,
	}),
	engine: z.strictObject({
		version: z.string().min(1).describe('Remelt’s version'),
		wasmSha256: sha256Schema.describe('Of the kernels that did the arithmetic'),
	}),
	semantics: z.string().min(1),
	level: z.enum(LEVELS),
	finding: z.enum(FINDING_WORDS),
	sentence: z.string().min(1),
	coverage: z.strictObject({
		tensors: z.int().nonnegative().describe('Tensors that were looked at'),
		of: z.int().nonnegative().describe('Tensors that the merge has'),
		bytes: countSchema.describe('Bytes of the merged weights that were looked at'),
		ofBytes: countSchema.describe('Bytes that the merged weights have'),
	}),
	sampleSeed: z.int().nonnegative().nullable().describe('What a spot check’s windows came from'),
	tensors: z.array(tensorSchema),
	causes: z.array(
		z.strictObject({
			code: z.string().regex(/^[a-z0-9]+(?:-[a-z0-9]+)*$/, 'expected words with dashes'),
			text: z.string().min(1),
		}),
	),
	doesNotProve: z.array(z.string().min(1)).min(1),
	run: runSchema,
});

/** A receipt: an in-toto Statement v1 about the published files. */
export const receiptSchema = z
	.strictObject({
		_type: z.literal(STATEMENT_TYPE),
		subject: z.array(subjectSchema).min(1).describe('The published weight files'),
		predicateType: z.literal(PREDICATE_TYPE),
		predicate: predicateSchema,
	})
	.meta({
		title: 'Remelt receipt, version 1',
		description:
			'What re-running a merge and comparing it with the published weights came to: an in-toto Statement v1.',
	});

/** What re-running a merge and comparing it with the published weights came to. */
export type Receipt = z.output<typeof receiptSchema>;

export type ReceiptTensor = Receipt['predicate']['tensors'][number];

export type ReceiptRun = Receipt['predicate']['run'];
