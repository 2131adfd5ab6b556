export { BENCHMARKS, benchmarkKey, findBenchmark, isAverage } from './benchmarks.ts';
export type { Benchmark } from './benchmarks.ts';
