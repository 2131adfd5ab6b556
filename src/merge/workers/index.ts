export type { BackendOptions } from './backend.ts';
export { createGate } from './gate.ts';
export { createMergeHost } from './mergeHost.ts';
export type { HostParts, SayBackend } from './mergeHost.ts';
export { createPool, poolSize } from './pool.ts';
export type { Pool, PoolOptions, WorkerLike } from './pool.ts';
export type {
	BackendRequest,
	DiskFile,
	Report,
	Request,
	WorkerFile,
	WorkerModel,
} from './protocol.ts';
export { openWorkerFile } from './workerFile.ts';
export type { FileOpeners } from './workerFile.ts';
