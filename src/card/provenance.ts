import { z } from 'zod';
import { RemeltError } from '../errors/index.ts';

/** Where a fact comes from. */
const source = z.enum([
	/** It stands in the original card. */
	'original',
	/** It follows from what stands in the original; the note says how. */
	'derived',
	/** It is widely known and was not looked up for this card. */
	'general knowledge',
	/** Our wording; it says what the original says. */
	'own prose',
]);

const fact = z.strictObject({
	/** Which part of the card: `front matter: license`, `table: Evaluation`, `recipe`. */
	where: z.string().min(1),
	/** The value, where naming it helps. */
	value: z.union([z.string(), z.number(), z.boolean(), z.array(z.string())]).optional(),
	source,
	/** How it got here, and how it differs from the original; a whole sentence. */
	note: z.string().min(1),
});

/** What `provenance.json` beside a card holds: where every fact of the card comes from. */
export const provenanceSchema = z.strictObject({
	/** The original card's address. */
	original: z.url({ protocol: /^https$/ }),
	/** How certain it is that this is the original's address. */
	originalSource: source,
	/** What the card was made from, and how. */
	retrievedFrom: z.string().min(1),
	/** When the model was published, by day; null where nothing says so. */
	published: z.strictObject({ date: z.iso.date().nullable(), source, note: z.string().min(1) }),
	/** How many parameters the model has; null where nothing says so. */
	parameters: z
		.strictObject({ billions: z.number().positive(), source, note: z.string().min(1) })
		.nullable(),
	/** Each part of the card, in the card's order. */
	facts: z.array(fact).min(1),
});

/** Where every fact of a card comes from. */
export type Provenance = Readonly<z.output<typeof provenanceSchema>>;

/** What `rehearsal.json` beside a card holds: what toy parents must look like for its recipe. */
export const rehearsalSchema = z.strictObject({
	/** The parents' class in `config.json`, such as `MistralForCausalLM`. */
	architecture: z.string().min(1),
	/** The parents' layers. */
	layers: z.int().positive(),
});

/** What a card's recipe can be rehearsed on. */
export type Rehearsal = Readonly<z.output<typeof rehearsalSchema>>;

/**
 * Reads a card's `provenance.json`.
 *
 * @param file the file's name, for the error
 * @throws RemeltError `card-invalid` where it is no JSON or not of the schema
 */
export function readProvenance(text: string, file = 'provenance.json'): Provenance {
	return readJson(text, file, provenanceSchema);
}

/**
 * Reads a card's `rehearsal.json`.
 *
 * @param file the file's name, for the error
 * @throws RemeltError `card-invalid` where it is no JSON or not of the schema
 */
export function readRehearsal(text: string, file = 'rehearsal.json'): Rehearsal {
	return readJson(text, file, rehearsalSchema);
}

function readJson<T>(text: string, file: string, schema: z.ZodType<T>): T {
	let data: unknown;
	try {
		data = JSON.parse(text);
	} catch (error) {
		throw new RemeltError('card-invalid', `${file} is not valid JSON: ${String(error)}.`, {
			hint: 'Mend the file; the rest of the card does not depend on it.',
			details: { file },
			cause: error,
		});
	}
	const result = schema.safeParse(data);
	if (result.success) return result.data;
	const [issue] = result.error.issues;
	const path = issue?.path.map(String).join('.') ?? '';
	throw new RemeltError('card-invalid', `${file} has a wrong ${path}: ${issue?.message ?? ''}.`, {
		hint: 'The schema is provenanceSchema or rehearsalSchema in src/card/provenance.ts.',
		details: { file, path },
	});
}
