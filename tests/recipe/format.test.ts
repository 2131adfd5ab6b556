import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
	describeParameter,
	formatRecipe,
	modelReferences,
	parseRecipe,
	withSetting,
	type Parameters,
	type Recipe,
	type TokenSource,
} from '../../src/recipe/index.ts';
import { caseRecipe } from './recipes.ts';

const number = fc.oneof(
	fc.double({ noNaN: true, noDefaultInfinity: true }),
	fc.integer(),
	fc.constantFrom(0, -0, 0.5, 1e-5, 1e21, 5e-324),
);
const gradient = fc.array(number, { minLength: 1, maxLength: 6 });
const word = fc.oneof(
	fc.constantFrom(
		'self_attn',
		'mlp',
		'*',
		'layers.1.',
		'yes',
		'1e-5',
		'0.5',
		'null',
		'',
		'#',
		'a: b',
	),
	fc.string({ maxLength: 12 }),
);
const scalar = fc.oneof(number, fc.boolean(), fc.constantFrom('0.25', '1e-5', 'half', ''));
const value = fc.oneof(scalar, gradient, fc.array(scalar, { maxLength: 3 }));
const entry = fc.record({ filter: fc.oneof(fc.constant(null), word), value });
const setting = fc.oneof(value, entry, fc.array(entry, { minLength: 1, maxLength: 4 }));
const parameters: fc.Arbitrary<Parameters> = fc.dictionary(
	fc.constantFrom('t', 'weight', 'density', 'scale', 'normalize'),
	setting,
	{ noNullPrototype: true },
);
const reference = fc
	.tuple(
		fc.constantFrom('org/a', 'org/b', '/home/x/y', './c', 'a: b', "it's", '~/m', '123', 'yes'),
		fc.constantFrom('', '@main', '@v1.0'),
		fc.constantFrom('', '+org/lora', '+./l@v2'),
	)
	.map((parts) => parts.join(''));
const dtype = fc.constantFrom('BF16' as const, 'F16' as const, 'F32' as const, null);
const base = fc.oneof(fc.constant(null), reference);
const range = fc.tuple(fc.nat(40), fc.nat(40));
const source = fc.record({ model: reference, layerRange: range, parameters });
const slice = fc.record({
	sources: fc.array(source, { minLength: 1, maxLength: 3 }),
	baseModel: base,
	parameters,
	residualWeight: fc.oneof(fc.constant(null), number),
});
const model = fc.record({ model: reference, parameters });
const models = fc.array(model, { minLength: 1, maxLength: 3 });
const slices = fc.array(slice, { minLength: 1, maxLength: 3 });
const none = fc.constant([]);
// whole numbers come first in objects, wherever they are written
const listed = word.filter((name) => !/^\d+$/.test(name));
const modules = fc.uniqueArray(
	fc.oneof(
		fc.record({ name: listed, models, slices: none, parameters }),
		fc.record({ name: listed, models: none, slices, parameters }),
	),
	{ minLength: 1, maxLength: 3, selector: ({ name }) => name },
);
const tokenSource: fc.Arbitrary<TokenSource> = fc.oneof(
	fc.record({ kind: fc.constant('model' as const), model: reference }),
	fc.record({
		kind: fc.constant('model_token' as const),
		model: reference,
		token: fc.oneof(word, fc.nat()),
	}),
	fc.constant({ kind: 'zero' as const }),
);
const token = fc.record({
	token: listed,
	source: fc.oneof(fc.constant(null), tokenSource),
	force: fc.boolean(),
});
const tokenizerSource = fc.oneof(fc.constantFrom('union', 'base'), reference);
const tokenizer = fc.record({
	source: tokenizerSource,
	tokens: fc.uniqueArray(token, { maxLength: 3, selector: ({ token: name }) => name }),
	padToMultipleOf: fc.oneof(fc.constant(null), fc.nat()),
});
const common = {
	name: fc.oneof(fc.constant(null), word),
	method: fc.constantFrom('slerp', 'linear', 'passthrough'),
	baseModel: base,
	parameters,
	dtype,
	outDtype: dtype,
	chatTemplate: fc.oneof(fc.constant(null), word),
	text: fc.constant(''),
};
const inputs = fc.oneof(
	fc.record({ models, slices: none, modules: none }),
	fc.record({ models: none, slices, modules: none }),
	fc.record({ models: none, slices: none, modules }),
);
const tokens = fc.oneof(
	fc.record({ tokenizer: fc.constant(null), tokenizerSource: fc.constant(null) }),
	fc.record({ tokenizer: fc.constant(null), tokenizerSource }),
	fc.record({ tokenizer, tokenizerSource: fc.constant(null) }),
);
const recipe: fc.Arbitrary<Recipe> = fc
	.tuple(fc.record(common), inputs, tokens)
	.map((parts): Recipe => Object.assign({ architectures: {} }, ...parts) as Recipe)
	.chain((made) =>
		fc.subarray(modelReferences(made)).map((some) => ({
			...made,
			architectures: Object.fromEntries(some.map((name) => [name, 'XForCausalLM'])),
		})),
	);

describe('a recipe that is written', () => {
	it('reads back as the same recipe', () => {
		fc.assert(
			fc.property(recipe, (original) => {
				const text = formatRecipe(original);
				expect(parseRecipe(text).recipe).toEqual({ ...original, text });
			}),
		);
	});

	it('looks as people write recipes', () => {
		expect(formatRecipe(caseRecipe('slerp-card'))).toBe(`slices:
  - sources:
      - model: a
        layer_range: [0, 4]
      - model: b
        layer_range: [0, 4]
merge_method: slerp
base_model: a
parameters:
  t:
    - filter: self_attn
      value: [0, 0.5, 0.3, 0.7, 1]
    - filter: mlp
      value: [1, 0.5, 0.7, 0.3, 0]
    - value: 0.5
dtype: bfloat16
`);
	});
});

describe('a variant', () => {
	it('differs from its recipe in one setting and leaves the recipe as it was', () => {
		const original = caseRecipe('slerp-card');
		const at = describeParameter(original, 't', 4).rows[1]?.parts[0]?.at;
		if (at === undefined) throw new Error('the mlp row has a part');
		const variant = withSetting(original, 't', at, [1, 0]);
		expect(variant.parameters['t']).toEqual([
			{ filter: 'self_attn', value: [0, 0.5, 0.3, 0.7, 1] },
			{ filter: 'mlp', value: [1, 0] },
			{ filter: null, value: 0.5 },
		]);
		expect(parseRecipe(formatRecipe(variant)).recipe).toMatchObject({
			...variant,
			text: formatRecipe(variant),
		});
		expect(original).toEqual(caseRecipe('slerp-card'));
	});

	it('can change what stands under one source, one model, one slice', () => {
		const stack = caseRecipe('passthrough-block-expansion');
		const at = { level: 'source', slice: 1, source: 0, entry: 2 } as const;
		const scaled = withSetting(stack, 'scale', at, 0.5);
		const scales = scaled.slices.map(({ sources }) => sources[0]?.parameters['scale']);
		expect(scales[1]).toMatchObject([{ value: 0 }, { value: 0 }, { value: 0.5 }]);
		expect(scales[3]).toMatchObject([{ value: 0 }, { value: 0 }, { value: 1 }]);
		const linear = withSetting(caseRecipe('filter-order'), 'weight', { ...at, slice: 0 }, 0.25);
		expect(linear.models[0]?.parameters['weight']).toMatchObject([{}, {}, { value: 0.25 }]);
		const sliced = withSetting(
			caseRecipe('slices-of-merges'),
			't',
			{ level: 'slice', slice: 1, source: 0, entry: 0 },
			[0, 1],
		);
		expect(sliced.slices.map((part) => part.parameters)).toEqual([{}, { t: [0, 1] }]);
	});
});
