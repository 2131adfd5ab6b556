export { startHubServer } from './hub/index.ts';
export type { HubRequest, HubServer, HubServerOptions } from './hub/index.ts';
