import { RemeltError } from '../errors/index.ts';
import { layerPosition, type Architecture, type WeightTemplate } from '../recipe/index.ts';
import type { ModelHeaders, TensorEntry } from '../tensors/index.ts';
import type { PlanSlice, PlanSource, PlanSources } from './sources.ts';
import type { TensorRange } from './types.ts';

/** An output tensor's place in the recipe, before its parameters are looked up. */
export interface OutputWeight {
	readonly name: string;
	readonly kind: string;
	readonly layer: number | null;
	readonly slice: PlanSlice;
	/** Position in the slice from 0 to 1; 0 outside layers. */
	readonly position: number;
	readonly inputs: readonly WeightInput[];
}

/** One model's tensor for an output tensor. */
export interface WeightInput {
	readonly source: PlanSource;
	/** The name under which the model would have it; filters of `models:` parameters test this one. */
	readonly name: string;
	readonly range: TensorRange;
}

const LAYER = '${layer_index}';

/**
 * Every tensor of the output with the tensors that it is made of: layers renumbered from 0,
 * embeddings from the first slice's models, final norm and head from the last slice's
 * (mergekit.md §2.5). Optional tensors that no model has are left out.
 * @throws `tensor-missing`, `shape-mismatch`.
 */
export function outputWeights(sources: PlanSources): OutputWeight[] {
	const { architecture, slices } = sources;
	const weights: OutputWeight[] = [];
	const first = slices[0];
	const last = slices.at(-1);
	if (first === undefined || last === undefined) return weights;
	const outside = (
		template: WeightTemplate,
		slice: PlanSlice,
		from: readonly PlanSource[],
	): void => {
		const place = { layer: null, slice, position: 0, kind: kindOf(template.name, architecture) };
		const inputs = findInputs(template, from, (name) => name);
		if (inputs.length > 0) weights.push({ ...place, name: template.name, inputs });
	};
	for (const template of architecture.pre) outside(template, first, first.sources);
	let output = 0;
	for (const slice of slices)
		for (let k = 0; k < slice.layers; k++, output++)
			for (const template of architecture.layer) {
				const inputs = findInputs(template, slice.sources, (name, source) =>
					inLayer(name, source.start + k),
				);
				if (inputs.length === 0) continue;
				weights.push({
					name: inLayer(template.name, output),
					kind: kindOf(template.name, architecture),
					layer: output,
					slice,
					position: layerPosition(k, slice.layers),
					inputs,
				});
			}
	// mergekit takes no more models after the layers than the first slice has.
	const closing = last.sources.slice(0, first.sources.length);
	for (const template of architecture.post) outside(template, last, closing);
	return weights;
}

function inLayer(template: string, layer: number): string {
	return template.replaceAll(LAYER, String(layer));
}

/** `self_attn.q_proj` of `model.layers.${layer_index}.self_attn.q_proj.weight`, `norm` of `model.norm.weight`. */
function kindOf(template: string, architecture: Architecture): string {
	const bare = template.replace(/\.weight$/, '');
	const inside = bare.split(`${LAYER}.`)[1];
	if (inside !== undefined) return inside;
	const prefix = architecture.layer[0]?.name.split('.')[0] ?? '';
	return bare.startsWith(`${prefix}.`) ? bare.slice(prefix.length + 1) : bare;
}

function findInputs(
	template: WeightTemplate,
	sources: readonly PlanSource[],
	nameIn: (name: string, source: PlanSource) => string,
): WeightInput[] {
	const has = (source: PlanSource): boolean =>
		source.headers.tensors.has(nameIn(template.name, source));
	// Tied names do not make an optional tensor exist, they only fill in for it: mergekit.md §2.5.
	if (template.optional && !sources.some(has)) return [];
	const inputs: WeightInput[] = [];
	for (const source of sources) {
		const name = nameIn(template.name, source);
		const names = [name, ...template.tied.map((tied) => nameIn(tied, source))];
		const entry = firstEntry(source.headers, names);
		if (entry !== null)
			inputs.push({ source, name, range: { ...rangeOf(entry), model: source.model } });
		else if (!template.optional) throw missing(source, names);
	}
	requireSameShape(inputs, template);
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
	const [name = '', ...tied] = names;
	const instead = tied.length === 0 ? '' : ` nor ${tied.join(', ')}, which could stand for it`;
	return new RemeltError('tensor-missing', `${source.model} has no tensor ${name}${instead}.`, {
		hint: 'Its files do not hold what its config.json promises: check the revision, or the folder.',
		details: { model: source.model, revision: source.headers.revision, tensor: name },
	});
}

function requireSameShape(inputs: readonly WeightInput[], template: WeightTemplate): void {
	const [first] = inputs;
	if (first === undefined) return;
	for (const { source, range } of inputs) {
		if (range.shape.join() === first.range.shape.join()) continue;
		const shapes = [first.range.shape, range.shape].map((shape) => `[${shape.join(', ')}]`);
		throw new RemeltError(
			'shape-mismatch',
			`${range.tensor} is ${shapes[0]} in ${first.source.model} and ${shapes[1]} in ${source.model}.`,
			{
				hint: template.embedding
					? 'The models have vocabularies of different sizes. mergekit cuts the larger one off; Remelt does not do that yet.'
					: 'Models can only be merged when their tensors have the same shapes: check that they have the same size.',
				details: {
					tensor: range.tensor,
					model: first.source.model,
					shape: first.range.shape.join(','),
					other: source.model,
					otherShape: range.shape.join(','),
				},
			},
		);
	}
}
