export { createBudget } from './budget.ts';
export type { Quota, RequestBudget } from './budget.ts';
export type { ClientOptions } from './client.ts';
export { coalesce } from './coalesce.ts';
export type { ByteRange, CoalesceOptions, RangeGroup } from './coalesce.ts';
export { commitBefore, listCommits } from './commits.ts';
export type { HubCommit } from './commits.ts';
export { describeRepo } from './describeRepo.ts';
export type { Conversion, RepoDescription, RepoFacts } from './describeRepo.ts';
export type { HubEffects, Wait } from './effects.ts';
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
export { readRanges } from './readRanges.ts';
export type { ReadRangesOptions } from './readRanges.ts';
