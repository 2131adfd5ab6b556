import { RemeltError } from '../../errors/index.ts';
import type { Architecture } from '../types.ts';
import { llama } from './llama.ts';
import { mistral } from './mistral.ts';
import { qwen2 } from './qwen2.ts';

/** The registry: class name in `config.json` -> architecture. */
const ARCHITECTURES: ReadonlyMap<string, Architecture> = new Map([
	...[llama, mistral, qwen2].map((architecture) => [architecture.name, architecture] as const),
	['LLaMaForCausalLM', llama],
]);

/** The layout that most recipes are written for. */
export const LLAMA: Architecture = llama;

/** The class names of all architectures that are known. */
export const ARCHITECTURE_NAMES: readonly string[] = [...ARCHITECTURES.keys()];

/**
 * The architecture of a model by the text of its `config.json`, which must name exactly one.
 * @throws `architecture-unknown`
 */
export function findArchitecture(configText: string): Architecture {
	const names = architecturesIn(configText);
	const [name] = names;
	const found = names.length === 1 && name !== undefined ? ARCHITECTURES.get(name) : undefined;
	if (found !== undefined) return found;
	const known = ARCHITECTURE_NAMES.join(', ');
	throw new RemeltError(
		'architecture-unknown',
		name === undefined
			? 'The config.json does not name an architecture.'
			: names.length > 1
				? `The config.json names ${names.length} architectures: ${names.join(', ')}.`
				: `The architecture ${name} is not known to Remelt.`,
		{
			hint: `Remelt knows the tensors of ${known}.`,
			details: { architecture: names.join(', '), known },
		},
	);
}

/** An architecture by its class name, or null. */
export function architectureNamed(name: string): Architecture | null {
	return ARCHITECTURES.get(name) ?? null;
}

/** The names of a checkpoint's tensors with that many layers, optional ones included. */
export function listWeights(architecture: Architecture, layers: number): string[] {
	const names = architecture.pre.map((template) => template.name);
	for (let layer = 0; layer < layers; layer++)
		for (const template of architecture.layer)
			names.push(template.name.replaceAll('${layer_index}', String(layer)));
	return [...names, ...architecture.post.map((template) => template.name)];
}

function architecturesIn(configText: string): readonly string[] {
	let config: unknown;
	try {
		config = JSON.parse(configText);
	} catch (cause) {
		throw new RemeltError('architecture-unknown', 'The config.json is not valid JSON.', {
			hint: 'Check that the whole file was read, and not an error page in its place.',
			cause,
		});
	}
	if (typeof config !== 'object' || config === null || !('architectures' in config)) return [];
	const { architectures } = config;
	if (!Array.isArray(architectures)) return [];
	return architectures.filter((name) => typeof name === 'string');
}
