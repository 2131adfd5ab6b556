/** A benchmark that cards of merges report, under its many names. */
export interface Benchmark {
	/** Short and stable, lower case. */
	readonly id: string;
	/** What readers call it. */
	readonly name: string;
	/** Other spellings, as {@link normalize} leaves them. */
	readonly aliases: readonly string[];
}

/** The benchmarks of both Open LLM Leaderboards; the spellings are those of the leaderboards' bots. */
export const BENCHMARKS: readonly Benchmark[] = [
	{
		id: 'arc',
		name: 'ARC (Challenge)',
		aliases: ['ai2 reasoning challenge', 'arc challenge', 'arc c', 'ai2 arc'],
	},
	{ id: 'hellaswag', name: 'HellaSwag', aliases: ['hella swag'] },
	{ id: 'mmlu', name: 'MMLU', aliases: ['hendryckstest', 'cais mmlu'] },
	{ id: 'truthfulqa', name: 'TruthfulQA', aliases: ['truthful qa', 'truthfulqa mc2'] },
	{ id: 'winogrande', name: 'Winogrande', aliases: ['wino grande'] },
	{ id: 'gsm8k', name: 'GSM8K', aliases: ['gsm 8k'] },
	{ id: 'ifeval', name: 'IFEval', aliases: [] },
	{ id: 'bbh', name: 'BBH', aliases: ['big bench hard'] },
	{ id: 'math-lvl-5', name: 'MATH Lvl 5', aliases: ['math lvl 5', 'math level 5', 'math hard'] },
	{ id: 'gpqa', name: 'GPQA', aliases: [] },
	{ id: 'musr', name: 'MuSR', aliases: [] },
	{ id: 'mmlu-pro', name: 'MMLU-PRO', aliases: ['mmlu pro'] },
];

/** The benchmark's name without shots, case and punctuation: `Winogrande (5-shot)` → `winogrande`. */
export function normalize(name: string): string {
	return name
		.toLowerCase()
		.replace(/\(?\s*\d+[\s-]*shots?\s*\)?/g, ' ')
		.replace(/[^\p{L}\p{N}]+/gu, ' ')
		.trim();
}

/** The benchmark that a name stands for; null where it is none of {@link BENCHMARKS}. */
export function findBenchmark(name: string): Benchmark | null {
	const key = normalize(name);
	return (
		BENCHMARKS.find(
			(each) => key === each.id || key === normalize(each.name) || each.aliases.includes(key),
		) ?? null
	);
}

/** What two names of one benchmark have in common: its id, or the normalised name of an unknown one. */
export function benchmarkKey(name: string): string {
	return findBenchmark(name)?.id ?? normalize(name);
}

/** Tells whether a column or metric is the mean of others, such as `Average` or `Avg.`. */
export function isAverage(name: string): boolean {
	return /^(?:avg|average|mean)(?: score)?$/.test(normalize(name));
}
