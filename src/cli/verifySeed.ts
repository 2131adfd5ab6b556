import { loadWasmKernels } from '../kernels/index.ts';
import type { VerificationReport } from '../receipt/index.ts';
import { ENOUGH_DRAWS, firstDraws, knownDraws } from '../verify/index.ts';
import { findSeeds } from './findSeed.ts';
import type { PreparedRun } from './inputs.ts';
import { opener, verifyFully, type VerifySettings } from './verifyLevels.ts';

/** Milliseconds between two words about a search where nobody sees a line change. */
const EVERY = 30_000;

/** What a search came to: a report by the seed that it found, or why there is none. */
export type SeedOutcome =
	| { readonly kind: 'found'; readonly run: PreparedRun; readonly report: VerificationReport }
	| { readonly kind: 'none'; readonly reason: string };

/**
 * Looks for the seed that nobody recorded: reads the first elements of one tensor, finds out which of the
 * first draws were kept, tries seeds, and makes the whole merge with those that fit.
 */
export async function verifyBySeed(
	run: PreparedRun,
	planWith: (seed: number) => PreparedRun,
	below: number,
	settings: VerifySettings,
): Promise<SeedOutcome> {
	const { terminal, signal, jobs } = settings;
	const known = await readDraws(run, signal);
	if (typeof known === 'string') return { kind: 'none', reason: known };
	terminal.err(
		`Looks for the seed: ${known.length} of the first draws are certain; tries ${below.toLocaleString('en')} seeds.\n`,
	);
	let said = Date.now();
	const seeds = await findSeeds(known, {
		below,
		jobs,
		signal,
		onProgress: (tried) => {
			const share = `${Math.floor((100 * tried) / below)} % of the seeds tried`;
			terminal.progress?.(share);
			if (terminal.progress !== undefined || Date.now() - said < EVERY) return;
			said = Date.now();
			terminal.err(`${share}\n`);
		},
	});
	for (const seed of seeds) {
		terminal.err(`Seed ${seed} begins so; makes the whole merge with it.\n`);
		const seeded = planWith(seed);
		const report = await verifyFully(seeded.last, settings);
		if (report.finding !== 'identical' && report.finding !== 'explained') continue;
		const text = `The elements were dropped by the seed ${seed}, which nobody recorded: it was found by the published bits, and with it every one of them agrees.`;
		const causes = [{ code: 'seed', text }, ...report.causes];
		return { kind: 'found', run: seeded, report: { ...report, finding: 'explained', causes } };
	}
	const range = below === 2 ** 32 ? 'No seed of all that there are' : `No seed below ${below}`;
	return { kind: 'none', reason: `${range} explains which elements were dropped.` };
}

async function readDraws(
	{ last }: PreparedRun,
	signal: AbortSignal,
): Promise<NonNullable<ReturnType<typeof knownDraws>> | string> {
	const first = firstDraws(last.plan);
	if (first === null) return 'The merge draws nothing whose seed could be searched for.';
	const open = opener(last.models);
	const read = async ({
		model,
		file,
		start,
		end,
	}: (typeof first.window.ranges)[number]): Promise<Uint8Array> =>
		open(model, file).read(start, end, { signal });
	const [inputs, published] = await Promise.all([
		Promise.all(first.window.ranges.map(read)),
		read(first.window.published),
	]);
	const known = knownDraws(await loadWasmKernels(), first, { inputs, published });
	if (known === null)
		return `${first.tensor.name} has elements that no choice of kept changes gives, so that no seed was searched for.`;
	if (known.length >= ENOUGH_DRAWS) return known;
	return `Only ${known.length} of the first draws are certain in ${first.tensor.name}, too few to tell one seed from another.`;
}
