import { RemeltError } from '../errors/index.ts';

/**
 * What a run is held to: one of mergekit's releases, taken apart into the behaviours that touch
 * numbers or meaning. Each flag is a row of docs/semantics.md; what is the same in all releases has
 * no flag. `precise` is no mergekit at all, but what an author should want.
 */
export interface Semantics {
	/** As asked for: a release, a date, or `precise`. Recorded in plans and results. */
	readonly name: string;
	/** The day whose mergekit it is, `YYYY-MM-DD`; null for `precise`. */
	readonly date: string | null;
	/** `storage`: a method works in the dtype of the weights and rounds after each operation. `float32`: elements in float32, one rounding at the end. */
	readonly arithmetic: 'storage' | 'float32';
	/** The gradient position of final norm and head. */
	readonly closingPosition: 0 | 1;
	/** How `dare_*` makes up for what it drops: by the density, or by matching L1 norms. */
	readonly dareRescale: 'density' | 'l1';
	/** Whether the parameter `rescale` is read. */
	readonly rescaleParameter: boolean;
	/** L1 norms below this are not matched. */
	readonly rescaleThreshold: number;
	/** Which of equal magnitudes a top-k keeps: by partial selection or by a full sort of mergekit's, or those that come first. */
	readonly topK: 'partial' | 'sort' | 'index';
	/** A density that keeps no element of a tensor: refused, or one element is kept. */
	readonly emptyTopK: 'refused' | 'one';
	/** Where the random stream goes first. */
	readonly tensorOrder: 'file-then-name' | 'file-then-reverse' | 'name';
	/** How a shard is called when tensors are ordered by it. */
	readonly shardLabel: 'stem' | 'percent';
	/** What the limit of an output file counts. */
	readonly shardLimit: 'elements' | 'bytes';
	/** What breadcrumbs keeps where γ removes no element: nothing, or its share. */
	readonly breadcrumbsWithoutTop: 'nothing' | 'share';
	/** How della makes up for what it drops: element by element, or by matching L1 norms. */
	readonly dellaRescale: 'probability' | 'l1';
	/** Whether della reads `epsilon`; where not, it is 0. */
	readonly dellaEpsilon: boolean;
	/** della writes a tensor of one dimension with a leading dimension of 1. */
	readonly dellaExtraDimension: boolean;
	/** Who reads `lambda`: nobody, della (the first model's), or every method on task vectors. */
	readonly lambda: 'none' | 'della-first-model' | 'all';
	readonly linear: 'stepwise' | 'fused' | 'precise';
	/** In which numbers slerp's angle and coefficients are taken. */
	readonly slerp: 'numpy1' | 'numpy2' | 'torch' | 'precise';
	/** model_stock's ratio: 2c/(1+c) for any number of models, or N·c/(1+(N−1)c). */
	readonly modelStock: 'two' | 'count';
	/** model_stock's ratio is 0 where its denominator is below 1e-6. */
	readonly modelStockGuard: boolean;
	/** Embeddings of unequal height: cropped by the tensor's name, by the architecture, or refused. */
	readonly vocabularies: 'crop-by-name' | 'crop' | 'refused';
	/** Inputs of unequal dtypes where the recipe gives none: the base's dtype, or the one that holds all. */
	readonly mixedDtypes: 'base' | 'promoted';
	/** Whether `out_dtype` is read. */
	readonly outDtype: boolean;
	/** Filters of a model's own parameters test the output's name, or the name in that model. */
	readonly modelFilters: 'output' | 'source';
	/** Whether a slice's parameters reach embeddings, final norm and head. */
	readonly sliceReachesOutside: boolean;
	/** Whether a slice's `base_model` reaches methods on task vectors. */
	readonly sliceBase: boolean;
	/** passthrough's `scale`: one for the tensor, or one per model. */
	readonly passthroughScale: 'tensor' | 'model';
	/** Whether a single `{filter, value}` without a list is a setting. */
	readonly loneMapping: boolean;
	/** One weight file: numbered and with an index, or plain. */
	readonly singleFile: 'indexed' | 'plain';
	/** What random methods draw from: torch's one stream, or a generator per tensor. */
	readonly random: 'mt19937' | 'counter';
}

type Flags = Omit<Semantics, 'name' | 'date'>;

/** mergekit when it began: November 2023. */
const FIRST: Flags = {
	arithmetic: 'storage',
	closingPosition: 1,
	dareRescale: 'density',
	rescaleParameter: false,
	rescaleThreshold: 0,
	topK: 'partial',
	emptyTopK: 'refused',
	tensorOrder: 'file-then-name',
	shardLabel: 'stem',
	shardLimit: 'elements',
	breadcrumbsWithoutTop: 'nothing',
	dellaRescale: 'probability',
	dellaEpsilon: true,
	dellaExtraDimension: false,
	lambda: 'none',
	linear: 'stepwise',
	slerp: 'numpy1',
	modelStock: 'two',
	modelStockGuard: false,
	vocabularies: 'crop-by-name',
	mixedDtypes: 'base',
	outDtype: false,
	modelFilters: 'output',
	sliceReachesOutside: false,
	sliceBase: false,
	passthroughScale: 'tensor',
	loneMapping: false,
	singleFile: 'indexed',
	random: 'mt19937',
};

/**
 * What changed, from the day on which it reached mergekit's main branch. Source: reference runs of
 * the releases and mergekit's history; docs/semantics.md has a row for each.
 */
const CHANGES: readonly (readonly [since: string, change: Partial<Flags>])[] = [
	[
		'2024-01-23',
		{
			tensorOrder: 'file-then-reverse',
			modelFilters: 'source',
			sliceReachesOutside: true,
		},
	],
	['2024-02-28', { shardLabel: 'percent' }],
	['2024-03-12', { passthroughScale: 'model' }],
	['2024-04-04', { modelStock: 'count' }],
	['2024-04-07', { rescaleParameter: true, rescaleThreshold: 1e-8 }],
	['2024-04-13', { topK: 'sort' }],
	['2024-04-23', { tensorOrder: 'name', sliceBase: true }],
	['2024-05-03', { vocabularies: 'crop' }],
	['2024-05-09', { shardLimit: 'bytes' }],
	['2024-06-11', { outDtype: true }],
	['2024-07-20', { lambda: 'della-first-model' }],
	['2025-02-05', { singleFile: 'plain', slerp: 'numpy2' }],
	[
		'2025-02-06',
		{
			dareRescale: 'l1',
			rescaleThreshold: 1e-7,
			dellaRescale: 'l1',
			dellaEpsilon: false,
			dellaExtraDimension: true,
			lambda: 'all',
		},
	],
	['2025-03-11', { dellaExtraDimension: false }],
	['2025-03-13', { closingPosition: 0 }],
	['2025-05-12', { dellaEpsilon: true }],
	[
		'2026-10-20',
		{
			linear: 'fused',
			slerp: 'torch',
			breadcrumbsWithoutTop: 'share',
			emptyTopK: 'one',
			modelStockGuard: true,
			vocabularies: 'refused',
			mixedDtypes: 'promoted',
			loneMapping: true,
		},
	],
];

/** The releases, by the day whose mergekit each of them is. */
const RELEASES: Readonly<Record<string, string>> = {
	'0.0.3': '2023-11-28',
	'0.0.3.1': '2023-12-09',
	'0.0.3.2': '2024-01-02',
	'0.0.4': '2024-01-23',
	'0.0.4.1': '2024-02-05',
	'0.0.4.2': '2024-03-29',
	'0.0.4.4': '2024-06-28',
	'0.0.5': '2024-10-29',
	'0.0.5.1': '2024-10-30',
	'0.0.5.2': '2024-11-30',
	'0.0.6': '2025-01-24',
	'0.1.0': '2025-02-06',
	'0.1.1': '2025-02-28',
	'0.1.2': '2025-03-13',
	'0.1.3': '2025-06-06',
	'0.1.4': '2026-06-17',
	'0.1.5': '2026-10-20',
};

/** What a run is held to where nobody says otherwise. */
export const DEFAULT_SEMANTICS = '0.1.5';

/** The names that {@link findSemantics} takes, dates apart, oldest first. */
export const SEMANTICS_NAMES: readonly string[] = [...Object.keys(RELEASES), 'precise'];

/**
 * The semantics of a release (`0.1.4`), of mergekit's main branch on a day (`2024-05-01`), or
 * `precise`.
 * @throws `semantics-unknown`
 */
export function findSemantics(name: string): Semantics {
	if (name === 'precise') return { ...flagsAt('9999-12-31'), ...PRECISE, name, date: null };
	const date = Object.hasOwn(RELEASES, name) ? RELEASES[name] : isDate(name) ? name : undefined;
	if (date !== undefined) return { ...flagsAt(date), name, date };
	throw new RemeltError('semantics-unknown', `No mergekit is called ${name}.`, {
		hint: `Give a release (${SEMANTICS_NAMES.join(', ')}) or a day such as 2024-05-01.`,
		details: { semantics: name },
	});
}

/** Float32 elements, float64 sums, one rounding, the recipe's dtype; equal magnitudes by index. */
const PRECISE: Partial<Flags> = {
	arithmetic: 'float32',
	topK: 'index',
	linear: 'precise',
	slerp: 'precise',
	random: 'counter',
};

function flagsAt(date: string): Flags {
	const changes = CHANGES.filter(([since]) => since <= date).map(([, change]) => change);
	return Object.assign({ ...FIRST }, ...changes) as Flags;
}

function isDate(text: string): boolean {
	return /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text));
}

/** Method -> the first day on which mergekit had it; what is not listed it always had. */
const METHOD_SINCE: Readonly<Record<string, string>> = {
	model_stock: '2024-03-29',
	breadcrumbs: '2024-04-30',
	breadcrumbs_ties: '2024-04-30',
	della: '2024-07-20',
	della_linear: '2024-07-20',
	nuslerp: '2024-12-07',
	sce: '2025-01-24',
	multislerp: '2025-01-24',
	nearswap: '2025-01-25',
	arcee_fusion: '2025-02-05',
	karcher: '2025-04-01',
	ram: '2026-01-24',
	ramplus_tl: '2026-01-24',
};

/** Since when mergekit has had a method, `YYYY-MM-DD`; null where it always did. */
export function methodSince(method: string): string | null {
	return METHOD_SINCE[method] ?? null;
}
