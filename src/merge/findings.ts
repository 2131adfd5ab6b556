import type { Finding } from '../errors/index.ts';
import type { Recipe } from '../recipe/index.ts';
import type { ModelHeaders } from '../tensors/index.ts';
import { isInteger } from './blocks.ts';
import { MAX_SORTED } from './methods/taskVectors.ts';
import type { PlanSources } from './sources.ts';
import type { PlannedTensor } from './types.ts';

/** What is odd about a recipe once its models are known. */
export function recipeFindings(recipe: Recipe, sources: PlanSources): Finding[] {
	const findings: Finding[] = [];
	const models = sources.slices.flatMap((slice) => slice.sources.map(({ model }) => model));
	if (recipe.baseModel === null && new Set(models).size > 1)
		findings.push({
			code: 'donor-chosen',
			severity: 'note',
			message: `The recipe names no base_model, so config.json is taken from ${sources.donor.model}, the first model.`,
			hint: 'mergekit takes it from any of the models, which one can change from run to run.',
			details: { model: sources.donor.model },
		});
	for (const { slices } of sources.modules) {
		const [first, last] = [slices[0], slices.at(-1)];
		if (first && last && last.sources.length > first.sources.length)
			findings.push({
				code: 'closing-models-dropped',
				severity: 'warning',
				message: `The last slice has ${last.sources.length} models and the first ${first.sources.length}, so only ${first.sources.length} of them go into the final norm and head.`,
				hint: 'That is how mergekit does it; list as many models in the first slice to avoid it.',
				details: { first: first.sources.length, last: last.sources.length },
			});
	}
	return [...findings, ...architectureFindings(sources)];
}

/** What was told from the weight files, because nobody has described the architecture. */
function architectureFindings({ architecture }: PlanSources): Finding[] {
	if (!architecture.inferred) return [];
	const modules = architecture.modules.map(({ name }) => name).join(', ');
	return [
		{
			code: 'architecture-inferred',
			severity: 'note',
			message: `The architecture ${architecture.name} is not known to Remelt; its tensors and layers were told from the weight files.`,
			hint: 'Tensors without a layer number are merged as those before the layers are: with the first value of a gradient.',
			details: { architecture: architecture.name, modules },
		},
	];
}

/** What is odd about the models' files, and about what each tensor was planned from. */
export function inputsFindings(sources: PlanSources, tensors: readonly PlannedTensor[]): Finding[] {
	const findings: Finding[] = [];
	const models = new Map<string, ModelHeaders>();
	for (const slice of sources.slices)
		for (const { model, headers } of slice.sources) models.set(model, headers);
	for (const headers of models.values()) findings.push(...(headers.findings ?? []));
	const outside = tensors.find(
		({ operation }) => operation.kind === 'slerp' && (operation.t < 0 || operation.t > 1),
	);
	if (outside?.operation.kind === 'slerp')
		findings.push({
			code: 't-outside',
			severity: 'warning',
			message: `t is ${outside.operation.t} for ${outside.name}: beyond the two models rather than between them.`,
			details: { tensor: outside.name, t: outside.operation.t },
		});
	const integers = tensors.find(
		({ dtype, method }) => isInteger(dtype) && method !== 'passthrough',
	);
	if (integers)
		findings.push({
			code: 'integers-copied',
			severity: 'warning',
			message: `${integers.name} holds ${integers.dtype} numbers, which no method merges; it is copied from ${integers.inputs[0]?.model ?? ''}.`,
			hint: 'Buffers such as position ids are the same in every model; quantised weights are not, and need an unquantised copy of the models.',
			details: { tensor: integers.name, dtype: integers.dtype },
		});
	const mixed = tensors.find(({ inputs }) => new Set(inputs.map(({ dtype }) => dtype)).size > 1);
	if (mixed)
		findings.push({
			code: 'dtypes-mixed',
			severity: 'note',
			message: `The models store ${mixed.name} as ${mixed.inputs.map(({ dtype }) => dtype).join(' and ')}; it is written as ${mixed.dtype}.`,
			details: { tensor: mixed.name, dtype: mixed.dtype },
		});
	return findings;
}

/** What a reader should know of how equal magnitudes and random numbers are treated. */
export function methodFindings(
	tensors: readonly PlannedTensor[],
	seedDefaulted: boolean,
): Finding[] {
	const findings: Finding[] = [];
	if (seedDefaulted)
		findings.push({
			code: 'seed-default',
			severity: 'note',
			message: 'The method draws random numbers and no seed is given, so that seed 0 is used.',
			hint: 'mergekit draws other numbers in every run unless --random-seed is given; nobody records it.',
		});
	const large = tensors.find(
		({ operation, elements }) =>
			operation.kind === 'task-vectors' &&
			(operation.select === 'magnitude' || operation.select === 'outliers') &&
			elements > MAX_SORTED,
	);
	if (large)
		findings.push({
			code: 'ties-by-index',
			severity: 'note',
			message: `${large.name} has ${large.elements} elements, more than are put in mergekit's order: of equal magnitudes those of the lowest indices are kept.`,
			hint: 'Elements whose magnitude equals the cut can differ from mergekit there, all others are the same.',
			details: { tensor: large.name, elements: large.elements, limit: MAX_SORTED },
		});
	return findings;
}

/** Where the published model is not made of the tensors that the plan makes. */
export function publishedFindings(
	tensors: readonly PlannedTensor[],
	published: ModelHeaders,
): Finding[] {
	const findings: Finding[] = [];
	const add = (code: string, names: readonly string[], message: string): void => {
		const [tensor] = names;
		if (tensor === undefined) return;
		findings.push({
			code,
			severity: 'warning',
			message: `${count(names.length)} ${message}, the first ${tensor}.`,
			details: { tensor, count: names.length },
		});
	};
	const planned = new Set(tensors.map(({ name }) => name));
	const names = [...published.tensors.keys()];
	const absent = tensors.filter(({ name }) => !published.tensors.has(name));
	const unlike = tensors.filter(
		({ name, published: range }) => range === null && published.tensors.has(name),
	);
	add(
		'published-missing',
		absent.map(({ name }) => name),
		'of the recipe not in the published model',
	);
	add(
		'published-extra',
		names.filter((name) => !planned.has(name)),
		'of the published model not made by the recipe',
	);
	add(
		'published-unlike',
		unlike.map(({ name }) => name),
		'published in another dtype or shape than the recipe gives',
	);
	return findings;
}

function count(tensors: number): string {
	return tensors === 1 ? '1 tensor is' : `${tensors} tensors are`;
}
