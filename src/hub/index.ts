export { openHubModel } from './hubModel.ts';
export type { HubOptions } from './hubModel.ts';
export type { HubLocation } from './location.ts';
