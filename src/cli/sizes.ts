/** Factors of a size's unit, in lower case; a bare `b` is mergekit's billion. */
const UNITS: Readonly<Record<string, number>> = {
	'': 1,
	k: 1e3,
	m: 1e6,
	b: 1e9,
	kb: 1e3,
	mb: 1e6,
	gb: 1e9,
	tb: 1e12,
	kib: 2 ** 10,
	mib: 2 ** 20,
	gib: 2 ** 30,
	tib: 2 ** 40,
};

/** Bytes of a size such as `5B` (mergekit's billion), `500MB`, `1.5GiB`; null for anything else. */
export function parseSize(text: string): number | null {
	const [, digits, unit = ''] = /^(\d+(?:\.\d+)?)\s*([a-z]*)$/i.exec(text.trim()) ?? [];
	const factor = UNITS[unit.toLowerCase()];
	if (digits === undefined || factor === undefined) return null;
	const bytes = Math.round(Number(digits) * factor);
	return Number.isSafeInteger(bytes) && bytes > 0 ? bytes : null;
}
