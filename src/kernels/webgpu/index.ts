export type { Calibration } from './calibrate.ts';
export { chooseKernels, openGpuSum } from './choose.ts';
export type { BackendChoice, BackendSetting, ChooseOptions, Chosen } from './choose.ts';
export { suitsGpu } from './suits.ts';
export type { Primitive } from './types.ts';
