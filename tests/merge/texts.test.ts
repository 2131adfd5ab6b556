import fc from 'fast-check';
import { expect, it } from 'vitest';
import { setJsonValue } from '../../src/merge/jsonEdit.ts';
import { planMerge, type MergePlan } from '../../src/merge/index.ts';
import { headersOf, recipeOf, tinyModel, type TinyModelOptions } from '../support/tinyModel.ts';

const STACK = `slices:
- sources: [{model: o/a, layer_range: [0, 2]}]
- sources: [{model: o/b, layer_range: [1, 2]}]
merge_method: passthrough
dtype: float32
`;

function planOf(options: TinyModelOptions = {}, text = STACK): MergePlan {
	const models = { 'o/a': tinyModel('o/a', options), 'o/b': tinyModel('o/b', options) };
	return planMerge(recipeOf(text), { headers: headersOf(models) });
}

it('config.json keeps every byte but the layer count and the dtype', () => {
	const donor = tinyModel('o/a', { config: { rope_theta: 1e6, name: 'é "quoted"' } });
	const models = { 'o/a': donor, 'o/b': tinyModel('o/b') };
	const plan = planMerge(recipeOf(STACK), { headers: headersOf(models) });
	expect(plan.texts['config.json']).toBe(
		donor.headers.config
			.replace('"num_hidden_layers": 2', '"num_hidden_layers": 3')
			.replace('"bfloat16"', '"float32"'),
	);
});

it('config.json stays as it is where the merge changes nothing in it', () => {
	const text = 'models: [{model: o/a}]\nmerge_method: passthrough\n';
	const donor = tinyModel('o/a');
	const plan = planMerge(recipeOf(text), { headers: headersOf({ 'o/a': donor }) });
	expect(plan.texts['config.json']).toBe(donor.headers.config);
});

it('lists with an entry per layer follow the layers', () => {
	const plan = planOf({ config: { layer_types: ['full', 'sliding'], other: [1, 2] } });
	expect(JSON.parse(plan.texts['config.json'] ?? '')).toMatchObject({
		num_hidden_layers: 3,
		layer_types: ['full', 'sliding', 'sliding'],
		other: [1, 2],
	});
	expect(plan.findings.map(({ code, details }) => [code, details?.['key']])).toContainEqual([
		'config-list-unedited',
		'other',
	]);
});

it('a config that says dtype instead of torch_dtype keeps its key', () => {
	const config = { torch_dtype: undefined, dtype: 'bfloat16' };
	const edited = JSON.parse(planOf({ config }).texts['config.json'] ?? '') as object;
	expect(edited).toMatchObject({ dtype: 'float32' });
	expect(edited).not.toHaveProperty('torch_dtype');
});

it('the recipe is kept word for word', () => {
	expect(planOf().texts['mergekit_config.yml']).toBe(STACK);
});

it('the README names the parents with their revisions, and the recipe', () => {
	const readme = planOf().texts['README.md'] ?? '';
	expect(readme).toMatch(
		/^---\nbase_model:\n {2}- o\/a\n {2}- o\/b\nbase_model_relation: merge\nlibrary_name: transformers\n/,
	);
	expect(readme).toContain('| `o/b` | `o/b` | `test` |');
	expect(readme).toContain(`\`\`\`yaml\n${STACK}\`\`\``);
	expect(readme).toContain('Remelt');
});

it('a recipe with a fence in it cannot break out of the README’s', () => {
	const text = `${STACK}# \`\`\`\n`;
	const readme = planOf({}, text).texts['README.md'] ?? '';
	expect(readme).toContain(`\`\`\`\`yaml\n${text}\`\`\`\``);
});

it('setting a key of a JSON text changes that key only, whatever the text', () => {
	fc.assert(
		fc.property(
			fc.dictionary(fc.string(), fc.jsonValue(), { noNullPrototype: true }),
			fc.string(),
			fc.jsonValue(),
			fc.constantFrom(undefined, 2, '\t'),
			(object, key, value, indent) => {
				fc.pre(key !== '__proto__' && !Object.hasOwn(object, '__proto__'));
				const text = JSON.stringify(object, null, indent);
				const edited: unknown = JSON.parse(setJsonValue(text, [key], value));
				const wanted: unknown = JSON.parse(JSON.stringify({ ...object, [key]: value }));
				expect(edited).toEqual(wanted);
			},
		),
	);
});

it('a key in an inner object can be set, and a missing inner object is left missing', () => {
	const text = '{ "text_config": {"layers": 2, "x": [ 1 ]}, "layers": 5 }';
	expect(setJsonValue(text, ['text_config', 'layers'], 3)).toBe(
		'{ "text_config": {"layers": 3, "x": [ 1 ]}, "layers": 5 }',
	);
	expect(setJsonValue(text, ['vision_config', 'layers'], 3)).toBe(text);
});
