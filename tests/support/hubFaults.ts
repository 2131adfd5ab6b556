export type { Fault, FaultHandle, FaultKind } from './hub/index.ts';
