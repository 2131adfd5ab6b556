import { z } from 'zod';

/** One string, or a list of strings; nothing is an empty list. */
const strings = z
	.union([z.string(), z.array(z.string())], { error: 'must be a string or a list of strings' })
	.nullish()
	.transform((value): readonly string[] =>
		value === null || value === undefined ? [] : typeof value === 'string' ? [value] : value,
	);

const string = z
	.string({ error: 'must be a string' })
	.nullish()
	.transform((value) => value ?? null);

const args = z.union([z.string(), z.record(z.string(), z.unknown())]).nullish();

/** One number that an evaluation came to. */
const metricSchema = z.looseObject({
	/** Id of the metric, such as `acc_norm`; some cards put the benchmark here. */
	type: z.string().nullish(),
	/** What readers call it. */
	name: z.string().nullish(),
	/** A number; formatted text (`20.0 ± 1.2`) is allowed by the Hub and kept as text. */
	value: z.union([z.number(), z.string()], { error: 'must be a number or a text' }),
});

/** What one evaluation of a model came to, on one dataset. */
const resultSchema = z.looseObject({
	/** What was asked of the model, such as `text-generation`. */
	task: z.looseObject({ type: z.string().nullish(), name: z.string().nullish() }).nullish(),
	/** The benchmark. The Hub wants it; cards written by hand leave it out. */
	dataset: z
		.looseObject({
			/** What readers call it, such as `IFEval (0-Shot)`. */
			name: z.string().nullish(),
			/** Its id on the Hub. */
			type: z.string().nullish(),
			config: z.string().nullish(),
			split: z.string().nullish(),
			/** Settings of the evaluation; leaderboards write `num_few_shot` here. */
			args,
		})
		.nullish(),
	metrics: z.array(metricSchema, { error: 'must be a list of metrics' }).nullish(),
	/** Who measured it. */
	source: z.looseObject({ name: z.string().nullish(), url: z.string().nullish() }).nullish(),
});

/** The Hub's legacy block of evaluation results. */
export const modelIndexSchema = z.array(
	z.looseObject({
		/** The model that the results are of. */
		name: z.string().nullish(),
		results: z.array(resultSchema, { error: 'must be a list of results' }).nullish(),
	}),
	{ error: 'must be a list' },
);

export type ModelIndex = z.output<typeof modelIndexSchema>;

/** The keys of a card's front matter that Remelt reads, as the Hub names them. */
export const frontMatterFields = {
	/** Licence id of the Hub's list (`apache-2.0`), or several. */
	license: strings,
	/** The licence's name where `license` is `other`. */
	license_name: string,
	/** Where the licence's text is: a file of the repository or an address. */
	license_link: string,
	/** ISO 639 codes of the languages that the model is for. */
	language: strings,
	/** The library that loads the model, such as `transformers`. */
	library_name: string,
	/** The task that the model is for, such as `text-generation`. */
	pipeline_tag: string,
	/** Free words to find the model by. */
	tags: strings,
	/** Ids of the models that this one was made from. */
	base_model: strings,
	/** How it was made from them: `merge`, `finetune`, `adapter` or `quantized`. */
	base_model_relation: string,
	/** Ids of the datasets that it was trained on. */
	datasets: strings,
	/** Evaluation results. */
	'model-index': modelIndexSchema.nullish().transform((value): ModelIndex | null => value ?? null),
};

/** The front matter as read; keys that are not in {@link frontMatterFields} are kept in `other`. */
export const frontMatterSchema = z.looseObject(frontMatterFields).transform((data) => ({
	/** The licence's id, several joined by commas; null where the card names none. */
	license: data.license.length === 0 ? null : data.license.join(', '),
	licenseName: data.license_name,
	licenseLink: data.license_link,
	language: data.language,
	libraryName: data.library_name,
	pipelineTag: data.pipeline_tag,
	tags: data.tags,
	baseModel: data.base_model,
	baseModelRelation: data.base_model_relation,
	datasets: data.datasets,
	modelIndex: data['model-index'],
	/** What the card says under other keys, as parsed. */
	other: Object.fromEntries(
		Object.entries(data).filter(([key]) => !Object.hasOwn(frontMatterFields, key)),
	),
}));

/** A card's front matter: what Remelt shows, by its own names. */
export type FrontMatter = Readonly<z.output<typeof frontMatterSchema>>;
