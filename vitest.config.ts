import { defineConfig } from 'vitest/config';

export default defineConfig({
	test: {
		include: ['tests/**/*.test.ts'],
		exclude: ['tests/browser/**'],
		// No time limit is a test's business; this one only ends what hangs.
		testTimeout: 60_000,
		hookTimeout: 60_000,
	},
});
