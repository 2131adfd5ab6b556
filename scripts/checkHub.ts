/**
 * Tries from here what Remelt believes of the live Hub: `npm run check:hub [-- --hub <address>]`.
 * Exits with 1 where something that Remelt depends on is false, with 2 where nothing could be tried.
 */
import { parseArgs } from 'node:util';
import {
	checkFacts,
	HUB_FACTS,
	LIVE_HUB,
	summarizeFacts,
	type FactOutcome,
	type FactSettings,
	type FactSummary,
} from '../src/hub/index.ts';

const EXIT_CODES: Readonly<Record<FactSummary, number>> = {
	'as-believed': 0,
	surprising: 0,
	broken: 1,
	unreachable: 2,
};

/** What an outcome is, what was seen, and what follows. */
function outcomeLines({ fact, result }: FactOutcome): readonly string[] {
	const mark = result === null ? '·' : result.holds ? '✓' : '✗';
	const lines = [`${mark} ${fact.claim}`, `    ${result?.seen ?? 'no answer'}`];
	if (result?.holds === false) lines.push(`    So: ${fact.consequence}`);
	return lines;
}

function verdict(summary: FactSummary, base: string): string {
	switch (summary) {
		case 'as-believed':
			return `${base} behaves as Remelt believes, seen from here.`;
		case 'surprising':
			return `Checking models on ${base} should work from here; some things are not as believed.`;
		case 'broken':
			return `Checking models on ${base} does not work from here: see ✗ above.`;
		case 'unreachable':
			return `Nothing could be checked: ${base} did not answer. Offline, or blocked on the way.`;
	}
}

/** Checks, prints to `print`, and returns the exit code. */
export async function checkHub(
	settings: FactSettings = LIVE_HUB,
	print: (line: string) => void = console.log,
): Promise<number> {
	print(`What Remelt believes of ${settings.base}, tried from this machine:\n`);
	const outcomes = await checkFacts(HUB_FACTS, {
		settings,
		onOutcome: (outcome) => {
			for (const line of outcomeLines(outcome)) print(line);
		},
	});
	const summary = summarizeFacts(outcomes);
	print(`\n${verdict(summary, settings.base)}`);
	return EXIT_CODES[summary];
}

if (import.meta.main) {
	const { values } = parseArgs({ options: { hub: { type: 'string', default: LIVE_HUB.base } } });
	process.exitCode = await checkHub({ ...LIVE_HUB, base: values.hub.replace(/\/+$/, '') });
}
