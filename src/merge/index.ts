export { fileStart } from './layout.ts';
export { DEFAULT_MEMORY_BUDGET, tensorPasses } from './memory.ts';
export type { PassOptions, TensorPasses } from './memory.ts';
export { findMethod, methodNames } from './methods/registry.ts';
export type { MethodName } from './methods/registry.ts';
export { angleOf, scaleOf, settingOf } from './operations.ts';
export type { OperationSetting } from './operations.ts';
export { planMerge } from './plan.ts';
export { PUBLISHED } from './planTensor.ts';
export { remeltJson } from './remeltJson.ts';
export type { FileDigest, RemeltJson, RemeltJsonFacts, SourceFile } from './remeltJson.ts';
export { runMerge } from './run.ts';
export { readSideFiles, SIDE_FILES, tokenizerDonor } from './sideFiles.ts';
export { createMemorySink, nullSink } from './sinks.ts';
export type { MemorySink } from './sinks.ts';
export { createTensorMerger } from './tensor.ts';
export type { TensorMergerOptions } from './tensor.ts';
export type * from './types.ts';
export { createGate } from './workers/gate.ts';
export type { BackendOptions } from './workers/backend.ts';
export { createMergeHost } from './workers/mergeHost.ts';
export type { HostParts, SayBackend } from './workers/mergeHost.ts';
export { createPool, poolSize } from './workers/pool.ts';
export type { Pool, PoolOptions, WorkerLike } from './workers/pool.ts';
export type {
	BackendRequest,
	DiskFile,
	Report,
	Request,
	WorkerFile,
	WorkerModel,
} from './workers/protocol.ts';
export { openWorkerFile } from './workers/workerFile.ts';
export type { FileOpeners } from './workers/workerFile.ts';
