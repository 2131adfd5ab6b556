/**
 * What Remelt believes of the Hub, as statements that can be tried: by `npm run check:hub` from a
 * terminal, by the page /hub-check/ from a reader's browser.
 */
import { observe, type Observation } from './observe.ts';
import type { Fetch } from './strictFetch.ts';

/** The hosts that a page must be allowed to connect to: the Hub redirects weights to the second kind. */
export const HUB_HOSTS = ['huggingface.co', '*.huggingface.co', '*.hf.co'] as const;

/** A file in a public model. */
export interface Sample {
	readonly repo: string;
	readonly file: string;
}

/** What the facts are tried on. */
export interface FactSettings {
	/** The Hub's address without final slash. */
	readonly base: string;
	/** A small public text file, below 100 kB. */
	readonly small: Sample;
	/** A public weight file. */
	readonly large: Sample;
	/** A file of a model whose owner gives access on request only. */
	readonly gated: Sample;
	/** A model that does not exist. */
	readonly missing: string;
	/** Where weights may come from; `*.` stands for any subdomain. */
	readonly hosts: readonly string[];
}

export const LIVE_HUB: FactSettings = {
	base: 'https://huggingface.co',
	small: { repo: 'openai-community/gpt2', file: 'config.json' },
	large: { repo: 'openai-community/gpt2', file: 'model.safetensors' },
	gated: { repo: 'meta-llama/Llama-2-7b-hf', file: 'config.json' },
	missing: 'remelt-check/does-not-exist',
	hosts: HUB_HOSTS,
};

/** What a check came to. */
export interface FactResult {
	readonly holds: boolean;
	/** What was seen, for people. */
	readonly seen: string;
}

export interface FactContext {
	readonly settings: FactSettings;
	/** One request, with its answer as data. */
	readonly observe: (
		path: string,
		headers?: Readonly<Record<string, string>>,
	) => Promise<Observation>;
}

export interface HubFact {
	/** Kebab-case, stable. */
	readonly id: string;
	/** What is believed, as a sentence. */
	readonly claim: string;
	/** What follows where it is false. */
	readonly consequence: string;
	/** Whether checking a published model fails without it. */
	readonly essential: boolean;
	check(context: FactContext): Promise<FactResult>;
}

/** A fact and what came of it; `result` is null where the Hub could not be reached. */
export interface FactOutcome {
	readonly fact: HubFact;
	readonly result: FactResult | null;
}

export interface CheckFactsOptions {
	readonly settings?: FactSettings | undefined;
	readonly fetch?: Fetch | undefined;
	readonly signal?: AbortSignal | undefined;
	readonly onOutcome?: ((outcome: FactOutcome) => void) | undefined;
}

/** Tries facts one after the other. Never throws but when `signal` aborts. */
export async function checkFacts(
	facts: readonly HubFact[],
	{ settings = LIVE_HUB, fetch, signal, onOutcome }: CheckFactsOptions = {},
): Promise<readonly FactOutcome[]> {
	const context: FactContext = {
		settings,
		observe: async (path, headers) =>
			observe(`${settings.base}${path}`, { headers, fetch, signal }),
	};
	const outcomes: FactOutcome[] = [];
	for (const fact of facts) {
		const outcome = { fact, result: await resultOf(fact, context, signal) };
		outcomes.push(outcome);
		onOutcome?.(outcome);
	}
	return outcomes;
}

async function resultOf(
	fact: HubFact,
	context: FactContext,
	signal: AbortSignal | undefined,
): Promise<FactResult | null> {
	try {
		return await fact.check(context);
	} catch (error) {
		signal?.throwIfAborted();
		// fetch throws a TypeError for whatever keeps an answer away.
		if (error instanceof TypeError) return null;
		return { holds: false, seen: error instanceof Error ? error.message : String(error) };
	}
}

/** What all outcomes come to. */
export type FactSummary =
	/** No request was answered: offline, blocked, or the Hub refuses this page. */
	| 'unreachable'
	/** Something that Remelt depends on is false, or could not be tried while others could. */
	| 'broken'
	/** Checking works; something else is not as believed. */
	| 'surprising'
	| 'as-believed';

export function summarizeFacts(outcomes: readonly FactOutcome[]): FactSummary {
	if (outcomes.every(({ result }) => result === null)) return 'unreachable';
	const failed = outcomes.filter(({ result }) => result?.holds !== true);
	if (failed.some(({ fact }) => fact.essential)) return 'broken';
	return failed.length > 0 ? 'surprising' : 'as-believed';
}
