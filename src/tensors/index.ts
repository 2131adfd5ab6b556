export { DTYPE_BITS } from './types.ts';
export type {
	ByteSource,
	Dtype,
	FloatDtype,
	ModelFiles,
	ModelHeaders,
	TensorEntry,
} from './types.ts';
