export { HUB_FACTS } from './factList.ts';
export { checkFacts, HUB_HOSTS, LIVE_HUB, summarizeFacts } from './facts.ts';
export type {
	CheckFactsOptions,
	FactOutcome,
	FactResult,
	FactSettings,
	FactSummary,
	HubFact,
} from './facts.ts';
export { readHubDigests } from './hubDigests.ts';
export { openHubFile } from './hubFile.ts';
export type { KnownFile } from './hubFile.ts';
export { openHubModel } from './hubModel.ts';
export type { HubOptions } from './hubModel.ts';
export { readHubText } from './hubText.ts';
export type { HubLocation } from './location.ts';
