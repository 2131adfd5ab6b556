import { describe, expect, it } from 'vitest';
import { addCounts, formatCounts, readReport } from '../../scripts/testing/counts.ts';

const vitest = (passed: number, failed: number, pending = 0): string =>
	JSON.stringify({ numPassedTests: passed, numFailedTests: failed, numPendingTests: pending });

const playwright = (expected: number, unexpected: number, flaky: number, skipped: number): string =>
	JSON.stringify({ stats: { expected, unexpected, flaky, skipped } });

describe('counts', () => {
	it('end a run with a line that leaves out what did not happen', () => {
		expect(formatCounts({ passed: 12, failed: 0, skipped: 0 })).toBe('12 passed, 0 failed');
		expect(formatCounts({ passed: 1, failed: 2, skipped: 3 })).toBe(
			'1 passed, 2 failed, 3 skipped',
		);
	});

	it('add up', () => {
		const one = { passed: 1, failed: 2, skipped: 3 };
		expect(addCounts([one, one])).toEqual({ passed: 2, failed: 4, skipped: 6 });
		expect(addCounts([])).toEqual({ passed: 0, failed: 0, skipped: 0 });
	});

	it('are read from the reports of both runners', () => {
		expect(readReport(vitest(7, 0, 2), true)).toEqual({ passed: 7, failed: 0, skipped: 2 });
		expect(readReport(playwright(5, 1, 2, 3), false)).toEqual({ passed: 7, failed: 1, skipped: 3 });
	});

	it('never hide a run that failed without a failed test', () => {
		expect(readReport(vitest(7, 0), false).failed).toBe(1);
		expect(readReport(null, false)).toEqual({ passed: 0, failed: 1, skipped: 0 });
	});

	it('take a run without tests for a failure', () => {
		expect(readReport(vitest(0, 0), true).failed).toBe(1);
		expect(readReport(null, true).failed).toBe(1);
	});

	it('refuse a report of another kind', () => {
		expect(() => readReport('{"tests": 3}', true)).toThrow('no report');
	});
});
