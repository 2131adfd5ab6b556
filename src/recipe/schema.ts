import { z } from 'zod';
import { documented } from './keyDocs.ts';
import { tokenizerSchema } from './tokenizerSchema.ts';
import {
	conditionalValue,
	dtype,
	filter,
	layerNumber,
	optionalNumber,
	reference,
	settingOf,
} from './values.ts';

const REFERENCE_EXAMPLE = 'mistralai/Mistral-7B-v0.1@main';
const PARAMETERS_TYPE = 'mapping from parameter names to settings';

/** One entry of a conditional setting. */
export const filteredValueSchema = z.object(
	{
		filter: documented(filter, {
			type: 'text',
			without: 'every tensor',
			meaning:
				'A part of the names of the tensors that the value is for, upper and lower case told apart; `"*"` lets every tensor through. The first entry of the list that lets a tensor through counts; where none does, the next wider level is asked.',
			example: 'self_attn',
			mergekit:
				'For a parameter that each model has its own of, the name is that in the model; for the others, that in the output.',
		}),
		value: documented(conditionalValue, {
			type: 'number, or list of numbers',
			meaning:
				'The value. A list is a gradient: its numbers are laid out evenly from the first layer of the slice to the last, and interpolated linearly between.',
			example: '[0, 0.5, 1]',
			mergekit:
				'Embeddings take the first number, and the final norm and head the first too (the last, until March 2025).',
		}),
	},
	'must be a mapping',
);

const setting = settingOf(filteredValueSchema);

const parametersSchema = z
	.record(z.string(), setting, 'must be a mapping from parameter names to values')
	.nullable()
	.transform((value) => value ?? {})
	.default({});

/** One input of a slice. */
export const sourceSchema = z.object(
	{
		model: documented(reference, {
			type: 'model',
			meaning: 'The model that the layers are taken from.',
			example: REFERENCE_EXAMPLE,
		}),
		layer_range: documented(
			z.tuple(
				[layerNumber, layerNumber],
				'must be two whole numbers: [first layer, end], the end not included',
			),
			{
				type: 'two whole numbers',
				meaning:
					'The layers that are taken, counted from 0; the second number is one past the last. All sources of a slice take equally many.',
				example: '[0, 16]',
				mergekit:
					'A range beyond the model fails only when the first missing tensor is due; Remelt refuses it in the plan.',
			},
		),
		parameters: documented(parametersSchema, {
			type: PARAMETERS_TYPE,
			without: 'none',
			meaning:
				'Settings for this model in this slice, such as `weight` or `scale`. They go before those of the slice. Parameters that a method has one of for all models are not read here.',
			example: '{weight: 0.5}',
		}),
	},
	'must be a mapping',
);

/** A run of output layers. */
export const sliceSchema = z.object(
	{
		sources: documented(
			z
				.array(sourceSchema, 'must be a list of models')
				.min(1, 'is empty: a slice takes at least one model'),
			{
				type: 'list of sources',
				meaning: 'The models that are merged into these layers, each with the layers it gives.',
				example: '[{model: org/a, layer_range: [0, 16]}]',
				mergekit:
					'`base_model` is not added to the sources of a slice. Embeddings come from the sources of the first slice, final norm and head from those of the last.',
			},
		),
		base_model: documented(reference.nullable().default(null), {
			type: 'model',
			without: 'the base model of the recipe',
			meaning: 'The base model of this slice.',
			example: REFERENCE_EXAMPLE,
			mergekit: 'Methods on task vectors read it since 23 April 2024 only.',
		}),
		parameters: documented(parametersSchema, {
			type: PARAMETERS_TYPE,
			without: 'none',
			meaning: 'Settings for these layers. They go before those of the module and the recipe.',
			example: '{t: [0, 1]}',
		}),
		residual_weight: documented(optionalNumber.default(null), {
			type: 'number',
			without: 'none',
			meaning: 'Nothing.',
			example: '0.5',
			mergekit: 'Reads it and never uses it.',
		}),
	},
	'must be a mapping',
);

/** A model that is merged as a whole. */
export const modelSchema = z.object(
	{
		model: documented(reference, {
			type: 'model',
			meaning: 'The model that is merged, with all its layers.',
			example: REFERENCE_EXAMPLE,
		}),
		parameters: documented(parametersSchema, {
			type: PARAMETERS_TYPE,
			without: 'none',
			meaning: 'Settings for this model, such as `weight` or `density`.',
			example: '{weight: 0.5, density: 0.6}',
		}),
	},
	'must be a mapping',
);

const modelsSchema = z
	.array(modelSchema, 'must be a list of models')
	.nullable()
	.transform((value) => value ?? [])
	.default([]);

const slicesSchema = z
	.array(sliceSchema, 'must be a list of slices')
	.nullable()
	.transform((value) => value ?? [])
	.default([]);

/** A part of the model that is merged by itself. */
export const moduleSchema = z.object(
	{
		models: documented(modelsSchema, {
			type: 'list of models',
			without: 'none',
			meaning: 'The models to merge as wholes into this part; either this or `slices`.',
			example: '[{model: org/a}, {model: org/b}]',
		}),
		slices: documented(slicesSchema, {
			type: 'list of slices',
			without: 'none',
			meaning: 'The layers of this part, run by run; either this or `models`.',
			example: '[{sources: [{model: org/a, layer_range: [0, 16]}]}]',
		}),
		parameters: documented(parametersSchema, {
			type: PARAMETERS_TYPE,
			without: 'none',
			meaning: 'Settings for this part. They go before those of the recipe.',
			example: '{weight: 1}',
		}),
	},
	'must be a mapping',
);

/** mergekit's merge configuration. Keys not named here are ignored. */
export const recipeSchema = z.object(
	{
		merge_method: documented(z.string('must be the name of a merge method').min(1, 'is empty'), {
			type: 'text',
			meaning: 'The name of the merge method.',
			example: 'slerp',
			mergekit: 'Checks the name only after all models are downloaded.',
		}),
		models: documented(modelsSchema, {
			type: 'list of models',
			without: 'none',
			meaning:
				'The models to merge as wholes. Exactly one of `models`, `slices` and `modules` is given.',
			example: '[{model: org/a}, {model: org/b}]',
			mergekit: 'Adds `base_model` as the last of them where it is not among them.',
		}),
		slices: documented(slicesSchema, {
			type: 'list of slices',
			without: 'none',
			meaning: 'The layers of the output, run by run, each with the models that go into it.',
			example: '[{sources: [{model: org/a, layer_range: [0, 16]}]}]',
			mergekit: 'Takes them only for architectures of one module; for the others, use `modules`.',
		}),
		modules: documented(
			z
				.record(z.string(), moduleSchema, 'must be a mapping from module names to modules')
				.nullable()
				.transform((value) => value ?? {})
				.default({}),
			{
				type: 'mapping from module names to modules',
				without: 'none',
				meaning:
					'The parts of a model of several parts, such as a text decoder and a vision tower, each with models or slices of its own. The one part of an ordinary model is called `default`.',
				example: '{default: {models: [{model: org/a}]}}',
				mergekit: 'Reads it since 13 March 2025.',
			},
		),
		base_model: documented(reference.nullable().default(null), {
			type: 'model',
			without: 'none',
			meaning:
				'The model that a method measures from: the side t = 0 of `slerp`, what task vectors are differences to. Its `config.json` and tokenizer go into the output.',
			example: REFERENCE_EXAMPLE,
			mergekit: 'Without it, takes the `config.json` of any of the models; Remelt of the first.',
		}),
		parameters: documented(parametersSchema, {
			type: PARAMETERS_TYPE,
			without: 'none',
			meaning:
				'Settings for the whole merge: a number, a gradient, or a list of conditional values. What stands nearer to a tensor goes before: source or model, then slice, then module, then recipe.',
			example: '{t: 0.5}',
			mergekit: 'Ignores parameters that the method does not read, without a word.',
		}),
		dtype: documented(dtype.default(null), {
			type: '`bfloat16`, `float16` or `float32`',
			without: 'the dtype of the stored weights',
			meaning: 'The dtype that weights are cast to before they are merged.',
			example: 'bfloat16',
			mergekit:
				'Knows `int64` too, and `float64` since 0.1.5; Remelt has no kernels for them. A leading `torch.` is allowed.',
		}),
		out_dtype: documented(dtype.default(null), {
			type: '`bfloat16`, `float16` or `float32`',
			without: 'the dtype that was computed in',
			meaning: 'The dtype that merged weights are written in.',
			example: 'float16',
			mergekit: 'Reads it since 11 June 2024.',
		}),
		tokenizer_source: documented(reference.nullable().default(null), {
			type: '`union`, `base`, or model',
			without: 'the tokenizer files of the base model are copied',
			meaning:
				'Where the tokenizer of the output comes from. Embeddings are put into its order before they are merged. Not beside `tokenizer`.',
			example: 'base',
			mergekit: 'Until 15 July 2024 averaged embeddings by `weight`, whatever the method.',
		}),
		tokenizer: documented(tokenizerSchema.nullable().default(null), {
			type: 'mapping',
			without: 'the tokenizer files of the base model are copied',
			meaning: 'As `tokenizer_source`, with rules for single tokens.',
			example: '{source: union}',
			mergekit: 'Reads it since 15 July 2024.',
		}),
		chat_template: documented(
			z.string('must be the name of a template, or a template').nullable().default(null),
			{
				type: '`auto`, a name, or a template',
				without: 'that of the tokenizer',
				meaning:
					'The template for chats that goes with the tokenizer: the most frequent one of the models, one that mergekit brings along (`alpaca`, `chatml`, `exaone`, `llama3`, `mistral`), or its text.',
				example: 'chatml',
				mergekit: 'Writes it into the tokenizer; it changes no weight.',
			},
		),
		name: documented(z.string('must be a name, in quotes if need be').nullable().default(null), {
			type: 'text',
			without: 'the merge is the result',
			meaning:
				'In a text of several recipes: the name by which the others mean the merge of this one, as a model.',
			example: 'first-step',
			mergekit: '`mergekit-multi` reads it; `mergekit-yaml` ignores it.',
		}),
	},
	'must be a mapping',
);

/** A configuration as written, after validation. */
export type WrittenRecipe = z.output<typeof recipeSchema>;
