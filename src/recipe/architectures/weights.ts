import { LAYER } from './build.ts';
import { configCount, readConfig } from './config.ts';
import type { Architecture, ArchitectureFacts, ArchitectureModule } from './types.ts';

/** A name of a template with a layer's number in it. */
export function layerName(template: string, layer: number): string {
	return template.replaceAll(LAYER, String(layer));
}

/** The names of a checkpoint's tensors with that many layers, optional ones included. */
export function listWeights(
	architecture: Architecture | Pick<ArchitectureModule, 'pre' | 'layer' | 'post'>,
	layers: number,
): string[] {
	const modules = 'modules' in architecture ? architecture.modules : [architecture];
	return modules.flatMap((module) => {
		const names = module.pre.map(({ name }) => name);
		for (let layer = 0; layer < layers; layer++)
			names.push(...module.layer.map(({ name }) => layerName(name, layer)));
		return [...names, ...module.post.map(({ name }) => name)];
	});
}

/**
 * How many layers a module has in a model: as its `config.json` counts them, or as its files have them
 * where no key counts them. null where the key is missing or no whole number.
 */
export function layersIn(
	module: ArchitectureModule,
	{ config, tensors }: Pick<ArchitectureFacts, 'config' | 'tensors'>,
): number | null {
	if (module.layersKey !== null) return configCount(readConfig(config), module.layersKey);
	const prefix = module.layer[0]?.name.split(LAYER)[0];
	if (prefix === undefined) return 0;
	let layers = 0;
	for (const name of tensors.keys()) {
		const number = name.startsWith(prefix) ? /^(\d+)\./.exec(name.slice(prefix.length)) : null;
		if (number !== null) layers = Math.max(layers, Number(number[1]) + 1);
	}
	return layers;
}
