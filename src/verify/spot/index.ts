export { checkWindow } from './checkWindow.ts';
export type { CircleFit } from './circle.ts';
export { fitSlerp } from './fitSlerp.ts';
export type { SlerpFit, SlerpWindow } from './fitSlerp.ts';
export { planSpot, WINDOW_ALIGNMENT, WINDOW_ELEMENTS } from './planSpot.ts';
export type { SpotOptions } from './planSpot.ts';
export { catchProbability } from './probability.ts';
export type { Alteration } from './probability.ts';
export type * from './types.ts';
