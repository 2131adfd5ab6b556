export { hubBase } from './contract.ts';
export type { Blocked, RehearsalShape, ReproducerContract } from './contract.ts';
export { startReproducePage } from './pageStarter.ts';
export { VARIANT_EVENT, startAll, startReproducer } from './starter.ts';
