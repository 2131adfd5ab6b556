import { describe, expect, it } from 'vitest';
import { findSemantics } from '../../src/recipe/index.ts';
import { planMerge, plannedHeaders, remeltJson, tokenizerDonor } from '../../src/merge/index.ts';
import type { MergeOutcome, RemeltJson, RemeltJsonFacts } from '../../src/merge/index.ts';
import { headersOf, recipeOf, tinyModel } from '../support/tinyModel.ts';

const STACK = `merge_method: passthrough
slices:
  - sources: [{model: a, layer_range: [0, 2]}]
  - sources: [{model: b, layer_range: [1, 2]}]
`;

const MODELS = headersOf({ a: tinyModel('o/a'), b: tinyModel('o/b') });
const PLAN = planMerge(recipeOf(STACK), { headers: MODELS, semantics: '0.0.6' });

const OUTCOME: MergeOutcome = {
	results: PLAN.tensors.map(({ inputs, bytes }, index) => ({
		index,
		outcome: null,
		digests: { inputs: inputs.map(() => `in ${index}`), output: `out ${index}` },
		comparison: null,
		explanation: null,
		bytesRead: bytes,
	})),
	bytesRead: 0,
};

const FACTS: RemeltJsonFacts = {
	version: '1.2.3',
	plan: PLAN,
	outcome: OUTCOME,
	tokenizer: 'a',
	sources: { a: { 'model.safetensors': { size: 8, sha256: 'abc', from: 'hub' } } },
	files: [{ name: 'config.json', size: 2, sha256: 'def' }],
};

describe('remelt.json', () => {
	const said = JSON.parse(remeltJson(FACTS)) as RemeltJson;

	it('says what was done, under which flags, with which models', () => {
		const { remelt, method, semantics, tokenizer, models } = said;
		expect({ remelt, method, tokenizer }).toEqual({
			remelt: '1.2.3',
			method: 'passthrough',
			tokenizer: 'a',
		});
		expect(semantics).toEqual(findSemantics('0.0.6'));
		expect(models['a']).toEqual({
			id: 'o/a',
			revision: 'test',
			files: [{ name: 'model.safetensors', size: 8, sha256: 'abc', from: 'hub' }],
		});
		expect(models['b']?.files).toEqual([]);
	});

	it('has every tensor with its place and its digests, and those of its inputs', () => {
		expect(said.tensors).toHaveLength(PLAN.tensors.length);
		const [tensor] = PLAN.tensors;
		const [input] = tensor?.inputs ?? [];
		expect(said.tensors[0]).toEqual({
			name: tensor?.name,
			file: 'model-00001-of-00001.safetensors',
			start: tensor?.offset,
			end: (tensor?.offset ?? 0) + (tensor?.bytes ?? 0),
			sha256: 'out 0',
			inputs: [
				{
					model: input?.model,
					tensor: input?.tensor,
					file: input?.file,
					start: input?.start,
					end: input?.end,
					sha256: 'in 0',
				},
			],
		});
	});

	it('does not depend on the order in which tensors came', () => {
		const results = OUTCOME.results.toReversed();
		expect(remeltJson({ ...FACTS, outcome: { ...OUTCOME, results } })).toBe(remeltJson(FACTS));
	});
});

it('a planned model can be planned from before it is made', () => {
	const made = plannedHeaders(PLAN, 'first');
	expect(made).toMatchObject({ id: 'first', revision: 'merge' });
	const next = planMerge(recipeOf('merge_method: passthrough\nmodels: [{model: first}]\n'), {
		headers: new Map([['first', made]]),
	});
	const [tensor] = next.tensors;
	const source = PLAN.tensors.find(({ name }) => name === tensor?.name);
	expect(tensor?.inputs[0]).toMatchObject({ file: source?.file, start: source?.offset });
});

it('the tokenizer is that of the model that is named for it, else the base’s, else the first’s', () => {
	const text = 'merge_method: slerp\nmodels: [{model: a}, {model: b}]\nparameters: {t: 0.5}\n';
	expect(tokenizerDonor(recipeOf(text))).toBe('a');
	expect(tokenizerDonor(recipeOf(`${text}base_model: b\n`))).toBe('b');
	expect(tokenizerDonor(recipeOf(`${text}base_model: b\ntokenizer_source: a\n`))).toBe('a');
	expect(tokenizerDonor(recipeOf(`${text}base_model: b\ntokenizer_source: base\n`))).toBe('b');
});
