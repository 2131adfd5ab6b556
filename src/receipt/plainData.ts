/**
 * A parsed recipe as plain data that has a canonical JSON. Numbers that JSON lacks become their names
 * (`"NaN"`), halves of surrogate pairs the replacement character; what is undefined and keys called
 * `__proto__`, which no recipe means, are left out. The recipe's text has a digest of its own.
 */
export function plainData(value: object): Record<string, unknown> {
	const members = Object.entries(value)
		.filter(([key, member]) => key !== '__proto__' && member !== undefined)
		.map(([key, member]) => [key.toWellFormed(), plainValue(member)] as const);
	return Object.fromEntries(members);
}

function plainValue(value: unknown): unknown {
	if (typeof value === 'string') return value.toWellFormed();
	if (typeof value === 'number' && !Number.isFinite(value)) return String(value);
	if (Array.isArray(value)) return value.map(plainValue);
	return typeof value === 'object' && value !== null ? plainData(value) : value;
}
