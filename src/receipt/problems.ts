import type { z } from 'zod';

/** What is wrong with a document: where, what, and what to do about it. */
export interface Problem {
	/** `predicate.tensors[3].mismatch`; empty where it is about the whole. */
	readonly path: string;
	/** A whole sentence. */
	readonly message: string;
	/** A whole sentence. */
	readonly hint: string;
}

/** A document that was read, or all that keeps it from being one. */
export type Parsed<T> =
	| { readonly ok: true; readonly value: T }
	| { readonly ok: false; readonly problems: readonly Problem[] };

/** More would not be read. */
const MOST = 20;

/** Checks data against a schema. `what` is the document's name in hints. */
export function parseWith<T>(schema: z.ZodType<T>, data: unknown, what: string): Parsed<T> {
	const result = schema.safeParse(data);
	if (result.success) return { ok: true, value: result.data };
	const hint = `${what} are written by Remelt; if this one was edited, take the change back or make it anew.`;
	const problems = result.error.issues.slice(0, MOST).map((issue) => {
		const path = pathText(issue.path);
		const place = path === '' ? 'The document' : path;
		return { path, message: `${place} is not as it should be: ${issue.message}.`, hint };
	});
	return { ok: false, problems };
}

/** `predicate.tensors[3]["a b"]`: keys that are no words in quotes. */
export function pathText(path: readonly PropertyKey[]): string {
	return path
		.map((key, index) => {
			if (typeof key === 'number') return `[${key}]`;
			const name = String(key);
			if (!/^[A-Za-z_$][\w$]*$/.test(name)) return `[${JSON.stringify(name)}]`;
			return index === 0 ? name : `.${name}`;
		})
		.join('');
}
