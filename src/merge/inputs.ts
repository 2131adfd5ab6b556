import { RemeltError } from '../errors/index.ts';
import {
	layerName,
	layerPosition,
	type ArchitectureModule,
	type Semantics,
	type WeightTemplate,
} from '../recipe/index.ts';
import type { ModelHeaders, TensorEntry } from '../tensors/index.ts';
import type { PlanModule, PlanSlice, PlanSource, PlanSources } from './sources.ts';
import type { TensorRange } from './types.ts';
import { cropVocabularies, type VocabularyCrop } from './vocabulary.ts';

/** An output tensor's place in the recipe, before its parameters are looked up. */
export interface OutputWeight {
	readonly name: string;
	readonly kind: string;
	readonly layer: number | null;
	readonly slice: PlanSlice;
	/** Position in the slice from 0 to 1; outside layers 0, or what the semantics say of norm and head. */
	readonly position: number;
	readonly inputs: readonly WeightInput[];
	/** Whether rows are vocabulary entries. */
	readonly embedding: boolean;
	/** Which models' vocabularies were cut to a common size; null where none was. */
	readonly crop: VocabularyCrop | null;
}

/** One model's tensor for an output tensor. */
export interface WeightInput {
	readonly source: PlanSource;
	/** The name under which the model would have it; filters of `models:` parameters test this one. */
	readonly name: string;
	readonly range: TensorRange;
}

/** What is done where models differ. */
export interface WeightRules {
	readonly semantics: Pick<Semantics, 'name' | 'date' | 'closingPosition' | 'vocabularies'>;
	/** Of unequal vocabularies a method takes what all models have, or as much as its base has. */
	readonly crop: 'common' | 'base';
}

const LAYER = '${layer_index}';

/**
 * Every tensor of the output with the tensors that it is made of: layers renumbered from 0,
 * embeddings from the first slice's models, final norm and head from the last slice's
 * (mergekit.md §2.5), one module after the other. Optional tensors that no model has are left out.
 * @throws `tensor-missing`, `shape-mismatch`.
 */
export function outputWeights({ modules }: PlanSources, rules: WeightRules): OutputWeight[] {
	return modules.flatMap((module) => moduleWeights(module, rules));
}

function moduleWeights(module: PlanModule, rules: WeightRules): OutputWeight[] {
	const { architecture, slices } = module;
	const weights: OutputWeight[] = [];
	const [first] = slices;
	const last = slices.at(-1);
	if (first === undefined || last === undefined) return weights;
	const add = (template: WeightTemplate, place: Place): void => {
		const weight = outputWeight(template, place, architecture, rules);
		if (weight !== null) weights.push(weight);
	};
	const outside = { output: null, from: 0 };
	for (const template of architecture.pre)
		add(template, { ...outside, slice: first, sources: first.sources, position: 0 });
	let output = 0;
	for (const slice of slices)
		for (let k = 0; k < slice.layers; k++, output++)
			for (const template of layerTemplates(architecture, rules)) {
				const position = layerPosition(k, slice.layers);
				add(template, { output, from: k, slice, sources: slice.sources, position });
			}
	// mergekit takes no more models after the layers than the first slice has.
	const sources = last.sources.slice(0, first.sources.length);
	const position = rules.semantics.closingPosition;
	for (const template of architecture.post)
		add(template, { ...outside, slice: last, sources, position });
	return weights;
}

/** Random streams followed the order in which early mergekits listed a layer's weights. */
function layerTemplates(
	{ formerly, layer }: ArchitectureModule,
	{ semantics }: WeightRules,
): readonly WeightTemplate[] {
	const early = formerly !== null && semantics.date !== null && semantics.date < formerly.until;
	return early ? formerly.layer : layer;
}

/** Where an output tensor stands. */
interface Place {
	/** Output layer; null outside. */
	readonly output: number | null;
	/** Layer counted from the start of each source. */
	readonly from: number;
	readonly slice: PlanSlice;
	readonly sources: readonly PlanSource[];
	readonly position: number;
}

function outputWeight(
	template: WeightTemplate,
	place: Place,
	architecture: ArchitectureModule,
	rules: WeightRules,
): OutputWeight | null {
	const { output, slice, position } = place;
	const found = findInputs(template, place);
	if (found.length === 0) return null;
	const name = output === null ? template.name : layerName(template.name, output);
	const { inputs, crop } = cropVocabularies(found, {
		name,
		embedding: template.embedding,
		base: rules.crop === 'base' ? slice.baseModel : null,
		semantics: rules.semantics,
	});
	const kind = kindOf(template.name, architecture);
	const { embedding } = template;
	return { name, kind, layer: output, slice, position, inputs, embedding, crop };
}

/** `self_attn.q_proj` of `model.layers.${layer_index}.self_attn.q_proj.weight`, `norm` of `model.norm.weight`. */
function kindOf(template: string, { layer }: ArchitectureModule): string {
	const bare = template.replace(/\.weight$/, '');
	const inside = bare.split(`${LAYER}.`)[1];
	if (inside !== undefined) return inside;
	const prefix = layer[0]?.name.split('.')[0] ?? '';
	return bare.startsWith(`${prefix}.`) ? bare.slice(prefix.length + 1) : bare;
}

function findInputs(template: WeightTemplate, { sources, from }: Place): WeightInput[] {
	const inside = (names: readonly string[], source: PlanSource): string[] =>
		names.map((name) => layerName(name, source.start + from));
	const own = [template.name, ...template.aliases];
	const has = (source: PlanSource): boolean =>
		inside(own, source).some((name) => source.headers.tensors.has(name));
	// Tied names do not make an optional tensor exist, they only fill in for it: mergekit.md §2.5.
	if (template.optional && !sources.some(has)) return [];
	const inputs: WeightInput[] = [];
	for (const source of sources) {
		const names = inside([...own, ...template.tied], source);
		const [name = ''] = names;
		const entry = firstEntry(source.headers, names);
		if (entry !== null)
			inputs.push({ source, name, range: { ...rangeOf(entry), model: source.model } });
		else if (!template.optional) throw missing(source, names);
	}
	return inputs;
}

function firstEntry(headers: ModelHeaders, names: readonly string[]): TensorEntry | null {
	for (const name of names) {
		const entry = headers.tensors.get(name);
		if (entry !== undefined) return entry;
	}
	return null;
}

/** A tensor's bytes as a plan names them. */
export function rangeOf(entry: TensorEntry): Omit<TensorRange, 'model'> {
	const { name, file, dtype, shape, start, end } = entry;
	return { tensor: name, file, dtype, shape, start, end };
}

function missing(source: PlanSource, names: readonly string[]): RemeltError {
	const [name = '', ...others] = names;
	const instead = others.length === 0 ? '' : ` nor ${others.join(', ')}, which could stand for it`;
	return new RemeltError('tensor-missing', `${source.model} has no tensor ${name}${instead}.`, {
		hint: 'Its files do not hold what its config.json promises: check the revision, or the folder.',
		details: { model: source.model, revision: source.headers.revision, tensor: name },
	});
}
