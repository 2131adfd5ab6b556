import { describe, expect, it } from 'vitest';
import { outputWeights, type OutputWeight } from '../../src/merge/inputs.ts';
import { resolveSources } from '../../src/merge/sources.ts';
import { findSemantics } from '../../src/recipe/index.ts';
import type { ModelHeaders } from '../../src/tensors/index.ts';
import { thrownBy } from '../support/errors.ts';
import { headersOf, recipeOf, tinyModel } from '../support/tinyModel.ts';
import { headersWith, inLayers, shaped } from './headers.ts';

const BOTH = 'models: [{model: a}, {model: b}]\nmerge_method: linear\n';

function weightsOf(
	text: string,
	models: Readonly<Record<string, ModelHeaders>>,
	semantics = '0.1.4',
): OutputWeight[] {
	const sources = resolveSources(recipeOf(text), new Map(Object.entries(models)));
	return outputWeights(sources, { semantics: findSemantics(semantics), crop: 'common' });
}

/** For each output tensor, the tensors that it is made of. */
function read(weights: readonly OutputWeight[]): Record<string, string[]> {
	return Object.fromEntries(
		weights.map(({ name, inputs }) => [
			name,
			inputs.map(({ source, range }) => `${source.model}:${range.tensor}`),
		]),
	);
}

describe('GPT-2', () => {
	const config = { architectures: ['GPT2LMHeadModel'], n_layer: 2 };
	const inside = ['attn.c_attn', 'attn.c_proj', 'ln_1', 'ln_2', 'mlp.c_fc', 'mlp.c_proj'];
	const both = [...inside.map((name) => `h.N.${name}`), 'ln_f'];
	const bare = [
		...both.flatMap((name) => [`${name}.weight`, `${name}.bias`]),
		'wte.weight',
		'wpe.weight',
	];
	const plain = headersWith(config, shaped(inLayers(bare, 2)));
	const prefixed = headersWith(
		config,
		shaped(inLayers([...bare.map((name) => `transformer.${name}`), 'h.N.attn.bias'], 2)),
	);

	it('is read with and without its prefix, and written with it', () => {
		const made = read(weightsOf(BOTH, { a: plain, b: prefixed }));
		expect(Object.keys(made)).toHaveLength(2 * 12 + 4);
		expect(made['transformer.h.1.ln_1.bias']).toEqual([
			'a:h.1.ln_1.bias',
			'b:transformer.h.1.ln_1.bias',
		]);
		expect(made['transformer.wte.weight']).toEqual(['a:wte.weight', 'b:transformer.wte.weight']);
		expect(made).not.toHaveProperty('lm_head.weight');
	});

	it('lacks what no name finds, and all names are said', async () => {
		const broken = headersWith(config, shaped(inLayers(bare.slice(0, -1), 2)));
		const error = await thrownBy(() => weightsOf(BOTH, { a: plain, b: broken }));
		expect(error.code).toBe('tensor-missing');
		expect(error.message).toContain('b has no tensor transformer.wpe.weight nor wpe.weight');
	});
});

describe('BERT', () => {
	it('is read with gamma and beta, and written with weight and bias', () => {
		const config = { architectures: ['BertForMaskedLM'], num_hidden_layers: 1 };
		const parts = ['attention.self.query', 'attention.self.key', 'attention.self.value'];
		const dense = [...parts, 'attention.output.dense', 'intermediate.dense', 'output.dense'];
		const names = [
			...dense.flatMap((name) => [
				`encoder.layer.0.${name}.weight`,
				`encoder.layer.0.${name}.bias`,
			]),
			...['word', 'position', 'token_type'].map((kind) => `embeddings.${kind}_embeddings.weight`),
		].map((name) => `bert.${name}`);
		const norms = ['embeddings', 'encoder.layer.0.attention.output', 'encoder.layer.0.output'];
		const old = norms.flatMap((name) => [
			`bert.${name}.LayerNorm.gamma`,
			`bert.${name}.LayerNorm.beta`,
		]);
		const model = headersWith(config, shaped([...names, ...old, 'cls.predictions.bias']));
		const made = read(weightsOf(BOTH, { a: model, b: model }));
		expect(Object.keys(made)).toHaveLength(names.length + old.length + 1);
		expect(made['bert.encoder.layer.0.output.LayerNorm.weight']).toEqual([
			'a:bert.encoder.layer.0.output.LayerNorm.gamma',
			'b:bert.encoder.layer.0.output.LayerNorm.gamma',
		]);
	});
});

describe('Mixtral', () => {
	const config = {
		architectures: ['MixtralForCausalLM'],
		num_hidden_layers: 1,
		num_local_experts: 2,
	};
	const L = 'model.layers.0.';
	const common = [
		'model.embed_tokens.weight',
		'model.norm.weight',
		'lm_head.weight',
		...['q_proj', 'k_proj', 'v_proj', 'o_proj'].map((name) => `${L}self_attn.${name}.weight`),
		`${L}input_layernorm.weight`,
		`${L}post_attention_layernorm.weight`,
	];
	const byExpert = [
		`${L}block_sparse_moe.gate.weight`,
		...[0, 1].flatMap((expert) =>
			['w1', 'w2', 'w3'].map((w) => `${L}block_sparse_moe.experts.${expert}.${w}.weight`),
		),
	];
	const fused = [
		`${L}mlp.gate.weight`,
		`${L}mlp.experts.gate_up_proj`,
		`${L}mlp.experts.down_proj`,
	];
	const model = (names: readonly string[]): ModelHeaders =>
		headersWith(config, shaped([...common, ...names]));

	it.each([
		['by expert', byExpert],
		['fused', fused],
	])('is merged as it is laid out: %s', (_, names) => {
		const made = read(weightsOf(BOTH, { a: model(names), b: model(names) }));
		expect(Object.keys(made).toSorted()).toEqual([...common, ...names].toSorted());
	});

	it('is refused in two layouts at once', async () => {
		const error = await thrownBy(() => weightsOf(BOTH, { a: model(byExpert), b: model(fused) }));
		expect(error.code).toBe('architecture-mismatch');
		expect(error.details).toMatchObject({ model: 'a', other: 'b' });
	});
});

describe('heads', () => {
	it('that one model has tied are merged with its embedding', () => {
		const tied = tinyModel('b', { without: ['lm_head.weight'] });
		const made = read(weightsOf(BOTH, headersFrom({ a: tinyModel('a'), b: tied })));
		expect(made['lm_head.weight']).toEqual(['a:lm_head.weight', 'b:model.embed_tokens.weight']);
	});

	it('and norms lie at the end of a gradient in early mergekits, at its start in later ones', () => {
		const models = headersFrom({ a: tinyModel('a'), b: tinyModel('b') });
		const position = (semantics: string): (number | undefined)[] =>
			['model.embed_tokens.weight', 'model.norm.weight', 'lm_head.weight'].map(
				(tensor) =>
					weightsOf(BOTH, models, semantics).find(({ name }) => name === tensor)?.position,
			);
		expect(position('0.0.6')).toEqual([0, 1, 1]);
		expect(position('0.1.4')).toEqual([0, 0, 0]);
	});

	it('take no more models than the first slice has', () => {
		const text = `
slices:
- sources: [{model: a, layer_range: [0, 1]}]
- sources: [{model: a, layer_range: [1, 2]}, {model: b, layer_range: [1, 2]}]
merge_method: linear
`;
		const made = read(weightsOf(text, headersFrom({ a: tinyModel('a'), b: tinyModel('b') })));
		expect(made['model.norm.weight']).toEqual(['a:model.norm.weight']);
	});
});

it('a layer’s weights come in the order that mergekit had at the time', () => {
	const models = headersFrom({ a: tinyModel('a'), b: tinyModel('b') });
	const kinds = (semantics: string): string[] =>
		weightsOf(BOTH, models, semantics)
			.filter(({ layer }) => layer === 0)
			.map(({ kind }) => kind.replace(/^(mlp|self_attn)\./, ''));
	expect(kinds('2024-02-04').slice(1, 6)).toEqual([
		'up_proj',
		'down_proj',
		'gate_proj',
		'post_attention_layernorm',
		'q_proj',
	]);
	expect(kinds('2024-02-05').slice(1, 6)).toEqual([
		'q_proj',
		'k_proj',
		'v_proj',
		'o_proj',
		'post_attention_layernorm',
	]);
});

describe('a class that nobody has described', () => {
	const config = { architectures: ['Strange'], layers: 2 };
	const names = inLayers(['net.N.up.weight', 'net.N.down.weight', 'wte.weight', 'end.weight'], 2);
	const models = { a: headersWith(config, shaped(names)), b: headersWith(config, shaped(names)) };

	it('is merged by the names in the headers', () => {
		const weights = weightsOf(BOTH, models);
		expect(weights.map(({ name }) => name).toSorted()).toEqual(names.toSorted());
		expect(weights.filter(({ layer }) => layer === null).map(({ position }) => position)).toEqual([
			0, 0,
		]);
	});

	it('can be stacked, too', () => {
		const text = `
slices:
- sources: [{model: a, layer_range: [0, 2]}]
- sources: [{model: b, layer_range: [1, 2]}]
merge_method: passthrough
`;
		expect(read(weightsOf(text, models))['net.2.up.weight']).toEqual(['b:net.1.up.weight']);
	});
});

function headersFrom(
	models: Readonly<Record<string, ReturnType<typeof tinyModel>>>,
): Record<string, ModelHeaders> {
	return Object.fromEntries(headersOf(models));
}
