import { z } from 'zod';

/** What the reference says of one key of a recipe. Texts are Markdown. */
export interface KeyDoc {
	/** What may stand there. */
	readonly type: string;
	/** What holds where the key is left out; absent for keys that have to be there. */
	readonly without?: string;
	readonly meaning: string;
	/** A value, as YAML. */
	readonly example: string;
	/** What mergekit does that one would not expect. */
	readonly mergekit?: string;
}

const docs = z.registry<KeyDoc>();

/** A schema with what the reference says of it. The schema is a copy, so that one may stand in several places. */
export function documented<Schema extends z.ZodType>(schema: Schema, doc: KeyDoc): Schema {
	const copy: Schema = schema.clone();
	docs.add(copy, doc);
	return copy;
}

/** What the reference says of a schema; null where it says nothing. */
export function keyDoc(schema: z.core.$ZodType): KeyDoc | null {
	return docs.get(schema) ?? null;
}
