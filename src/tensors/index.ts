export { openFolderModel } from './folder.ts';
export {
	FIRST_READ,
	MAX_HEADER_LENGTH,
	parseSafetensorsHeader,
	readSafetensorsHeader,
} from './header.ts';
export type { SafetensorsHeader } from './header.ts';
export { openModel } from './model.ts';
export type { ModelAccess, OpenedFile } from './model.ts';
export { INDEX_FILE, SINGLE_FILE } from './shards.ts';
export { blobSource, checkRange, memorySource, throwIfAborted } from './sources.ts';
export { DTYPE_BITS } from './types.ts';
export { byteLength, layoutSafetensors } from './writer.ts';
export type { SafetensorsLayout, TensorSpec } from './writer.ts';
export type {
	ByteSource,
	Dtype,
	FloatDtype,
	ModelFiles,
	ModelHeaders,
	TensorEntry,
	WeightFile,
} from './types.ts';
