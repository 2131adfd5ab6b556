import { pathText } from './problems.ts';
import { digestedPart } from './receipt.ts';
import type { Receipt } from './receiptSchema.ts';

/** A field that two receipts do not have in common. */
export interface Difference {
	/** Lists of things that have names go by them: `predicate.tensors["lm_head.weight"].mismatch`. */
	readonly path: string;
	/** As JSON; null where the field is in the other receipt only. */
	readonly a: string | null;
	readonly b: string | null;
}

/**
 * All fields in which two receipts differ, `predicate.run` apart; in the order of the first, then of the
 * second. Two receipts without differences have the same digest, and the other way round.
 */
export function compareReceipts(a: Receipt, b: Receipt): readonly Difference[] {
	const differences: Difference[] = [];
	compare(digestedPart(a), digestedPart(b), [], differences);
	return differences;
}

/** `path` is pushed and popped on the way. */
function compare(a: unknown, b: unknown, path: PropertyKey[], into: Difference[]): void {
	if (a === b) return;
	const [before, after] = [membersOf(a), membersOf(b)];
	if (before === null || after === null || Array.isArray(a) !== Array.isArray(b)) {
		into.push({ path: pathText(path), a: shown(a), b: shown(b) });
		return;
	}
	const keys = new Set([...before.keys(), ...after.keys()]);
	for (const key of keys) {
		path.push(key);
		compare(before.get(key), after.get(key), path, into);
		path.pop();
	}
	// Members of objects have no order, items of lists have.
	if (Array.isArray(a) && common(before, after) !== common(after, before))
		into.push({ path: pathText(path), a: 'in this order', b: 'in another order' });
}

/** Keys that another has, too, in order, as one text. */
function common(
	keys: ReadonlyMap<unknown, unknown>,
	others: ReadonlyMap<unknown, unknown>,
): string {
	return JSON.stringify([...keys.keys()].filter((key) => others.has(key)));
}

/** What an object or list is made of by key, name or index; null for anything else. */
function membersOf(value: unknown): ReadonlyMap<string | number, unknown> | null {
	if (Array.isArray(value)) {
		const items = value as unknown[];
		const named = items.flatMap((item) => nameOf(item) ?? []);
		const unique = new Set(named).size === items.length;
		return new Map(items.map((item, index) => [unique ? (named[index] ?? index) : index, item]));
	}
	return typeof value === 'object' && value !== null ? new Map(Object.entries(value)) : null;
}

function nameOf(item: unknown): string | null {
	const name = typeof item === 'object' && item !== null && 'name' in item ? item.name : null;
	return typeof name === 'string' ? name : null;
}

function shown(value: unknown): string | null {
	return value === undefined ? null : JSON.stringify(value);
}
