export { badgeJson, badgeSvg } from './badge.ts';
export type { BadgeJson } from './badge.ts';
export { canonicalJson } from './canonical.ts';
export { checkReceipt, parseReceipt } from './check.ts';
export type { ReceiptCheck } from './check.ts';
export { compareReceipts } from './compare.ts';
export type { Difference } from './compare.ts';
export { reportOfFull } from './fullReport.ts';
export type { FullReportOptions } from './fullReport.ts';
export { reportOfHeaders } from './headersReport.ts';
export { jsonSchemas } from './jsonSchema.ts';
export {
	applyLock,
	LOCK_FILE,
	lockDifferences,
	lockOf,
	lockText,
	openEnds,
	parseLock,
} from './lock.ts';
export type { AppliedLock, FoundFile, LockedLocation, LockFacts } from './lock.ts';
export { lockSchema } from './lockSchema.ts';
export type { Lock, LockedFile, LockedModel } from './lockSchema.ts';
export type { Parsed, Problem } from './problems.ts';
export { DOES_NOT_PROVE, makeReceipt, receiptDigest, receiptText } from './receipt.ts';
export type { ReceiptFacts } from './receipt.ts';
export { PREDICATE_TYPE, receiptSchema, STATEMENT_TYPE } from './receiptSchema.ts';
export type { Receipt, ReceiptRun, ReceiptTensor } from './receiptSchema.ts';
export { FINDING_WORDS, LEVELS } from './report.ts';
export type {
	Cause,
	Differences,
	FindingWord,
	Interval,
	Level,
	TensorReport,
	VerificationReport,
} from './report.ts';
export { reportOfSpot } from './spotReport.ts';
