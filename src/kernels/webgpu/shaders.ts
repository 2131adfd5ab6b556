import combine from './shaders/combine.wgsl?raw';
import compare from './shaders/compare.wgsl?raw';
import float from './shaders/float.wgsl?raw';
import formats from './shaders/formats.wgsl?raw';
import sum from './shaders/sum.wgsl?raw';
import type { Primitive } from './types.ts';

/** The program of each primitive; its entry point has the primitive's name. */
export const SHADERS: Readonly<Record<Primitive, string>> = {
	combine: [float, formats, sum, combine].join('\n'),
	compare: [float, formats, sum, compare].join('\n'),
};
