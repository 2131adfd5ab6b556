export { fileStart } from './layout.ts';
export { DEFAULT_MEMORY_BUDGET, STEP_ELEMENTS, tensorPasses } from './memory.ts';
export type { PassOptions, TensorPasses } from './memory.ts';
export { findMethod, methodNames } from './methods/registry.ts';
export type { MethodName } from './methods/registry.ts';
export { angleOf, scaleOf, settingOf } from './operations.ts';
export type { OperationSetting } from './operations.ts';
export { planMerge, refuseEarly } from './plan.ts';
export { plannedHeaders } from './plannedModel.ts';
export { PUBLISHED } from './planTensor.ts';
export { REMELT_JSON, remeltJson } from './remeltJson.ts';
export type { FileDigest, RemeltJson, RemeltJsonFacts, SourceFile } from './remeltJson.ts';
export { runMerge } from './run.ts';
export { readSideFiles, SIDE_FILES, tokenizerDonor } from './sideFiles.ts';
export { createMemorySink, nullSink } from './sinks.ts';
export type { MemorySink } from './sinks.ts';
export { createTensorMerger } from './tensor.ts';
export type { TensorMergerOptions } from './tensor.ts';
export type * from './types.ts';
export {
	createGate,
	createMergeHost,
	createPool,
	openWorkerFile,
	poolSize,
} from './workers/index.ts';
export type {
	BackendOptions,
	BackendRequest,
	DiskFile,
	FileOpeners,
	HostParts,
	Pool,
	PoolOptions,
	Report,
	Request,
	SayBackend,
	WorkerFile,
	WorkerLike,
	WorkerModel,
} from './workers/index.ts';
export { VERSION } from './version.ts';
