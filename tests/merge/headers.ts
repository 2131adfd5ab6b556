import { layoutSafetensors, type Dtype, type ModelHeaders } from '../../src/tensors/index.ts';

/** Headers of a model with these tensors, by name with their shapes, and this config. */
export function headersWith(
	config: Readonly<Record<string, unknown>>,
	tensors: Readonly<Record<string, readonly number[]>>,
	dtype: Dtype = 'BF16',
): ModelHeaders {
	const file = 'model.safetensors';
	const specs = Object.entries(tensors).map(([name, shape]) => ({ name, dtype, shape }));
	const layout = layoutSafetensors(specs, { file });
	return {
		id: 'o/m',
		revision: 'test',
		config: `${JSON.stringify(config, null, 2)}\n`,
		tensors: new Map(layout.tensors.map((entry) => [entry.name, entry])),
		files: new Map([[file, { size: layout.size, etag: null }]]),
	};
}

/** The same shape for all names. */
export function shaped(
	names: readonly string[],
	shape: readonly number[] = [4, 4],
): Record<string, readonly number[]> {
	return Object.fromEntries(names.map((name) => [name, shape]));
}

/** Names without and with a layer's number, `N` in those given. */
export function inLayers(names: readonly string[], layers: number): string[] {
	return names.flatMap((name) =>
		name.includes('N')
			? Array.from({ length: layers }, (_, layer) => name.replace('N', String(layer)))
			: [name],
	);
}
