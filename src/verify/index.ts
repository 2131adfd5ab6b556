export { percent, summarize } from './summary.ts';
export type { Summary, SummaryRow, Treatment } from './summary.ts';
export { judge } from './verdict.ts';
export type { Verdict, VerdictWord } from './verdict.ts';
export { COSINE_REACH, explain } from './witness/index.ts';
