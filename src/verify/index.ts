export { meaningOf, TRIED_SEMANTICS } from './eras.ts';
export { percent, summarize } from './summary.ts';
export type { Summary, SummaryRow, Treatment } from './summary.ts';
export { judge } from './verdict.ts';
export type { Verdict, VerdictWord } from './verdict.ts';
export { ENOUGH_DRAWS, firstDraws, knownDraws } from './witness/draws.ts';
export type { FirstDraws } from './witness/draws.ts';
export { COSINE_REACH, explain } from './witness/index.ts';
export {
	catchProbability,
	checkWindow,
	fitSlerp,
	moduleRanges,
	planSpot,
	summarizeSpot,
	WINDOW_ALIGNMENT,
	WINDOW_ELEMENTS,
} from './spot/index.ts';
export { runSpot } from './spot/runSpot.ts';
export type { RunSpotOptions } from './spot/runSpot.ts';
export type * from './spot/index.ts';
