import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
	architectureNamed,
	commonArchitecture,
	findArchitecture,
	layerName,
	layersIn,
	listWeights,
	type Architecture,
} from '../../src/recipe/index.ts';
import { z } from 'zod';
import { thrownBy } from '../support/errors.ts';

const Classes = z.record(
	z.string(),
	z.object({
		config: z.record(z.string(), z.unknown()),
		saved: z.array(z.string()),
		state: z.array(z.string()).optional(),
		tied: z.boolean(),
	}),
);

/** What transformers has for small models of two layers; architectures.py makes the file. */
const { classes } = z
	.object({ layers: z.literal(2), classes: Classes })
	.parse(JSON.parse(readFileSync(join(import.meta.dirname, 'architectures.json'), 'utf8')));

/** Every weight of a model of two layers, with all names that it may have. */
function weightsOf(
	architecture: Architecture,
	config: string,
	tensors: ReadonlyMap<string, { readonly shape: readonly number[] }>,
): { readonly names: readonly string[]; readonly optional: boolean }[] {
	return architecture.modules.flatMap((module) => {
		const layers = Array.from({ length: layersIn(module, { config, tensors }) ?? 0 }, (_, k) => k);
		const inLayers = layers.flatMap((layer) =>
			module.layer.map(({ name, aliases, optional }) => ({
				names: [name, ...aliases].map((template) => layerName(template, layer)),
				optional,
			})),
		);
		const outside = [...module.pre, ...module.post].map(({ name, aliases, optional }) => ({
			names: [name, ...aliases],
			optional,
		}));
		return [...outside, ...inLayers];
	});
}

/** A checkpoint's tensors, of one shape. */
function tensorsOf(
	names: readonly string[],
	shape: readonly number[] = [4, 4],
): Map<string, { readonly shape: readonly number[] }> {
	return new Map(names.map((name) => [name, { shape }]));
}

const config = (...architectures: readonly string[]): string => JSON.stringify({ architectures });

describe('an architecture', () => {
	it('is found by the class name in config.json', () => {
		for (const name of ['MistralForCausalLM', 'LlamaForCausalLM', 'Qwen2ForCausalLM'])
			expect(findArchitecture(config(name)).name).toBe(name);
		expect(findArchitecture(config('LLaMaForCausalLM')).name).toBe('LlamaForCausalLM');
	});

	it('lists 291 tensors for a Mistral of 32 layers', () => {
		const names = listWeights(findArchitecture(config('MistralForCausalLM')), 32);
		expect(names).toHaveLength(291);
		expect(new Set(names).size).toBe(291);
		expect(names.slice(0, 3)).toEqual([
			'model.embed_tokens.weight',
			'model.layers.0.input_layernorm.weight',
			'model.layers.0.self_attn.q_proj.weight',
		]);
		expect(names).toContain('model.layers.31.mlp.down_proj.weight');
		expect(names.slice(-2)).toEqual(['model.norm.weight', 'lm_head.weight']);
	});

	it('of Qwen2 has biases that may be absent', () => {
		const [module] = findArchitecture(config('Qwen2ForCausalLM')).modules;
		expect(module?.layer.filter(({ optional }) => optional).map(({ name }) => name)).toEqual([
			'model.layers.${layer_index}.self_attn.q_proj.bias',
			'model.layers.${layer_index}.self_attn.k_proj.bias',
			'model.layers.${layer_index}.self_attn.v_proj.bias',
		]);
	});

	it('lets the embedding serve for a head that is absent', () => {
		const head = architectureNamed('Qwen2ForCausalLM')?.modules[0]?.post.at(-1);
		expect(head).toMatchObject({ optional: true, tied: ['model.embed_tokens.weight'] });
		expect(architectureNamed('OPTForCausalLM')).toBeNull();
	});

	it.each([
		['is unknown', config('OPTForCausalLM'), 'OPTForCausalLM'],
		['is one of several', config('LlamaForCausalLM', 'MistralForCausalLM'), '2 architectures'],
		['is not named', '{}', 'does not name'],
		['is no list', '{"architectures": "LlamaForCausalLM"}', 'does not name'],
		['is in something else', '[]', 'does not name'],
		['is in no JSON', '<html>', 'not valid JSON'],
	])('that %s is refused, with the known ones named', async (_, text, message) => {
		const error = await thrownBy(() => findArchitecture(text));
		expect(error.code).toBe('architecture-unknown');
		expect(error.message).toContain(message);
		expect(error.hint).not.toBe('');
		if (!text.startsWith('<')) expect(error.hint).toContain('MistralForCausalLM');
	});
});

describe('the tensors of transformers’', () => {
	const cases = Object.entries(classes).flatMap(([name, { saved, state }]) => [
		[name, 'saved', saved] as const,
		...(state === undefined ? [] : [[name, 'in memory', state] as const]),
	]);

	it.each(cases)('%s, %s, are all described', (name, _, names) => {
		const text = JSON.stringify(classes[name]?.config);
		const tensors = tensorsOf(names);
		const weights = weightsOf(findArchitecture(text, names), text, tensors);
		const known = new Set(weights.flatMap((weight) => weight.names));
		expect(names.filter((tensor) => !known.has(tensor))).toEqual([]);
		const absent = weights.filter((weight) => !weight.names.some((tensor) => tensors.has(tensor)));
		expect(absent.filter(({ optional }) => !optional)).toEqual([]);
	});

	it.each(Object.keys(classes))('%s has its head tied, or not, without being told', (name) => {
		const architecture = architectureNamed(name);
		const heads = architecture?.modules.flatMap(({ post }) =>
			post.filter(({ embedding, tied }) => embedding && tied.length > 0),
		);
		if (heads?.length) expect(architecture?.tiedByDefault).toBe(classes[name]?.tied);
	});
});

describe('the layout of experts', () => {
	const layoutOf = (name: string, names: readonly string[]): string =>
		findArchitecture(JSON.stringify(classes[name]?.config), names).layout;

	it('is told from the tensors’ names', () => {
		const mixtral = classes['MixtralForCausalLM'];
		expect(layoutOf('MixtralForCausalLM', mixtral?.saved ?? [])).toBe('block_sparse_moe.experts');
		expect(layoutOf('MixtralForCausalLM', mixtral?.state ?? [])).toBe('mlp.experts.gate_up_proj');
		const renamed = ['model.layers.0.mlp.experts.0.gate_proj.weight'];
		expect(layoutOf('MixtralForCausalLM', renamed)).toBe('mlp.experts');
	});

	it('has as many experts as the config counts', () => {
		const text = JSON.stringify({ architectures: ['MixtralForCausalLM'], num_local_experts: 8 });
		const names = listWeights(findArchitecture(text), 2);
		expect(names).toHaveLength(3 + 2 * (6 + 1 + 3 * 8));
		expect(names).toContain('model.layers.1.block_sparse_moe.experts.7.w2.weight');
	});

	it('is refused where the config does not count them', async () => {
		const error = await thrownBy(() => findArchitecture(config('MixtralForCausalLM')));
		expect(error.code).toBe('architecture-unknown');
		expect(error.hint).toContain('num_local_experts');
	});

	it('must be the same in all models, and so must their number', async () => {
		const { config: facts, saved = [], state = [] } = classes['MixtralForCausalLM'] ?? {};
		const model = (name: string, names: readonly string[], experts = 3) => ({
			model: name,
			config: JSON.stringify({ ...facts, num_local_experts: experts }),
			tensors: tensorsOf(names),
		});
		const mixed = await thrownBy(() => commonArchitecture([model('a', saved), model('b', state)]));
		expect(mixed.code).toBe('architecture-mismatch');
		expect(mixed.message).toContain('block_sparse_moe.experts and mlp.experts.gate_up_proj');
		const more = await thrownBy(() =>
			commonArchitecture([model('a', saved), model('b', saved, 8)]),
		);
		expect(more.code).toBe('architecture-mismatch');
		expect(more.message).toContain('a and b have different numbers of experts');
	});
});

describe('a class name with two meanings', () => {
	it('is told by the model type', () => {
		const named = (model_type: string): string =>
			findArchitecture(JSON.stringify({ architectures: ['PhiForCausalLM'], model_type })).modules[0]
				?.pre[0]?.name ?? '';
		expect(named('phi')).toBe('model.embed_tokens.weight');
		expect(named('phi-msft')).toBe('transformer.embd.wte.weight');
	});

	it('can be replaced by what the recipe says', () => {
		const models = [{ model: 'a', config: config('MyLlama'), tensors: tensorsOf([]) }];
		expect(commonArchitecture(models, { a: 'LlamaForCausalLM' }).name).toBe('LlamaForCausalLM');
	});
});

describe('a class that nobody has described', () => {
	const names = [
		'decoder.embed_tokens.weight',
		'decoder.layers.0.attn.weight',
		'decoder.layers.0.mlp.weight',
		'decoder.layers.1.attn.weight',
		'decoder.layers.1.mlp.weight',
		'decoder.layers.1.extra.weight',
		'lm_head.weight',
		'norm.weight',
	];
	const model = (name: string, own = names, count: Readonly<Record<string, unknown>> = {}) => ({
		model: name,
		config: JSON.stringify({ architectures: ['Strange'], num_hidden_layers: 2, ...count }),
		tensors: tensorsOf(own),
	});

	it('is told from the tensors of all models', () => {
		const found = commonArchitecture([model('a'), model('b', names.slice(0, -1))]);
		const [module, other] = found.modules;
		expect(found).toMatchObject({ name: 'Strange', inferred: true, vocabularyKey: 'vocab_size' });
		expect(other).toBeUndefined();
		expect(module).toMatchObject({ name: 'default', layersKey: 'num_hidden_layers', post: [] });
		expect(module?.layer.map(({ name, optional }) => [name, optional])).toEqual([
			['decoder.layers.${layer_index}.attn.weight', false],
			['decoder.layers.${layer_index}.extra.weight', true],
			['decoder.layers.${layer_index}.mlp.weight', false],
		]);
		expect(module?.pre).toMatchObject([
			{ name: 'decoder.embed_tokens.weight', embedding: true, optional: false },
			{ name: 'lm_head.weight', optional: true, tied: ['decoder.embed_tokens.weight'] },
			{ name: 'norm.weight', embedding: false, optional: true },
		]);
	});

	it('has its layers counted in the files where no key of the config is right', () => {
		const facts = model('a', names, { num_hidden_layers: 12 });
		const [module] = commonArchitecture([facts]).modules;
		expect(module?.layersKey).toBeNull();
		expect(module && layersIn(module, facts)).toBe(2);
	});

	it('has a module for each prefix, and one for what has no number', () => {
		const more = [...names, 'vision.blocks.0.attn.weight', 'vision.blocks.1.attn.weight'];
		const { modules } = commonArchitecture([model('a', more)]);
		expect(modules.map(({ name }) => name)).toEqual(['default', 'decoder.layers', 'vision.blocks']);
		expect(modules.map(({ layersKey }) => layersKey)).toEqual([null, 'num_hidden_layers', null]);
	});

	it('must be the class of all models', async () => {
		const llama = { ...model('b'), config: config('LlamaForCausalLM') };
		for (const models of [
			[model('a'), llama],
			[llama, model('a')],
		]) {
			const error = await thrownBy(() => commonArchitecture(models));
			expect(error.code).toBe('architecture-unknown');
			expect(error.details).toMatchObject({ architecture: 'Strange' });
		}
	});
});
