export { browserFetch } from './browserFetch.ts';
export type { Fault, FaultHandle, FaultKind } from './faults.ts';
export { diskFile, formulaFile, memoryFile, type HubFile } from './files.ts';
export type { Quota } from './quota.ts';
export type { Contents, HubRepo, PullRequest, Snapshot } from './repos.ts';
export { startHubServer } from './server.ts';
export type { HubRequest, HubServer, HubServerOptions } from './types.ts';
