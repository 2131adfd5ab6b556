/** How many tests came out how. */
export interface Counts {
	readonly passed: number;
	readonly failed: number;
	readonly skipped: number;
}

const NONE: Counts = { passed: 0, failed: 0, skipped: 0 };

export const PASSED: Counts = { ...NONE, passed: 1 };
export const FAILED: Counts = { ...NONE, failed: 1 };
export const SKIPPED: Counts = { ...NONE, skipped: 1 };

export function addCounts(all: readonly Counts[]): Counts {
	return all.reduce(
		(sum, { passed, failed, skipped }) => ({
			passed: sum.passed + passed,
			failed: sum.failed + failed,
			skipped: sum.skipped + skipped,
		}),
		NONE,
	);
}

/** The line that a test run ends with: `12 passed, 0 failed`, and how many were skipped if any. */
export function formatCounts({ passed, failed, skipped }: Counts): string {
	return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}

/**
 * The counts in a report of Vitest (`--reporter=json`) or Playwright (`--reporter=json`).
 *
 * A run that failed without a failed test (a file that does not load, a server that does not start)
 * counts as one failure, and so does a report that says of no test how it came out.
 */
export function readReport(text: string | null, succeeded: boolean): Counts {
	const counts = text === null ? NONE : countTests(JSON.parse(text));
	const silent = counts.passed + counts.failed === 0;
	return counts.failed === 0 && (!succeeded || silent) ? { ...counts, failed: 1 } : counts;
}

function countTests(report: unknown): Counts {
	const vitest = numbers(report, ['numPassedTests', 'numFailedTests', 'numPendingTests']);
	if (vitest) return { passed: vitest[0], failed: vitest[1], skipped: vitest[2] };
	const stats = typeof report === 'object' && report && 'stats' in report ? report.stats : null;
	const expected = numbers(stats, ['expected', 'unexpected', 'skipped']);
	const flaky = numbers(stats, ['flaky', 'flaky', 'flaky']);
	if (expected && flaky)
		return { passed: expected[0] + flaky[0], failed: expected[1], skipped: expected[2] };
	throw new Error('This is no report of Vitest or Playwright.');
}

/** Three numbers of an object; null where one is absent. */
function numbers(
	value: unknown,
	[a, b, c]: readonly [string, string, string],
): readonly [number, number, number] | null {
	if (typeof value !== 'object' || value === null) return null;
	const fields = new Map<string, unknown>(Object.entries(value));
	const [x, y, z] = [fields.get(a), fields.get(b), fields.get(c)];
	return typeof x === 'number' && typeof y === 'number' && typeof z === 'number' ? [x, y, z] : null;
}
