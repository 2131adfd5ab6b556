export { openHubFile } from './hubFile.ts';
export type { KnownFile } from './hubFile.ts';
export { openHubModel } from './hubModel.ts';
export type { HubOptions } from './hubModel.ts';
export { readHubText } from './hubText.ts';
export type { HubLocation } from './location.ts';
