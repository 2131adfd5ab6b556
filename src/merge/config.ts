import type { Finding } from '../errors/index.ts';
import type { Recipe } from '../recipe/index.ts';
import type { FloatDtype, ModelHeaders } from '../tensors/index.ts';
import { setJsonValue } from './jsonEdit.ts';
import type { PlanSources } from './sources.ts';

/** Keys of `config.json` that hold one entry per layer. */
const LAYER_LISTS = ['layer_types', 'layers_block_type', 'no_rope_layers', 'mlp_layer_types'];

/** What `config.json` calls the dtypes. */
export const TORCH_NAMES: Readonly<Record<FloatDtype, string>> = {
	BF16: 'bfloat16',
	F16: 'float16',
	F32: 'float32',
};

/**
 * The merged model's `config.json`: the donor's bytes with the layer count, lists of layers and the
 * dtype changed where the merge changes them.
 */
export function editConfig(
	recipe: Recipe,
	sources: PlanSources,
): { readonly text: string; readonly findings: readonly Finding[] } {
	const { donor, architecture, layers } = sources;
	let text = donor.headers.config;
	const findings: Finding[] = [];
	const config = objectOf(text);
	const path = architecture.layersKey.split('.');
	const before = valueAt(config, path);
	if (recipe.slices.length > 0 && before !== layers) {
		text = setJsonValue(text, path, layers);
		for (const [key, value] of Object.entries(config)) {
			if (!Array.isArray(value) || value.length !== before || before === 0) continue;
			if (LAYER_LISTS.includes(key)) text = setJsonValue(text, [key], layerList(key, sources));
			else findings.push(unedited(key, value.length, layers));
		}
	}
	const dtype = recipe.outDtype ?? recipe.dtype;
	if (dtype !== null) {
		const keys = ['torch_dtype', 'dtype'].filter((key) => key in config);
		// A config without either key is given the one that every release of transformers reads.
		for (const key of keys.length > 0 ? keys : ['torch_dtype'])
			text = setJsonValue(text, [key], TORCH_NAMES[dtype]);
	}
	return { text, findings };
}

/** Each output layer's entry, from the model that the layer comes from first. */
function layerList(key: string, { slices }: PlanSources): unknown[] {
	return slices.flatMap((slice) => {
		const [source] = slice.sources;
		const list = source === undefined ? [] : listOf(source.headers, key);
		const start = source?.start ?? 0;
		return Array.from({ length: slice.layers }, (_, k) => list[start + k] ?? null);
	});
}

function listOf(headers: ModelHeaders, key: string): readonly unknown[] {
	const value = objectOf(headers.config)[key];
	return Array.isArray(value) ? (value as readonly unknown[]) : [];
}

function objectOf(text: string): Record<string, unknown> {
	const value: unknown = JSON.parse(text);
	return typeof value === 'object' && value !== null ? { ...value } : {};
}

function valueAt(config: unknown, path: readonly string[]): unknown {
	return path.reduce<unknown>(
		(value, key) =>
			typeof value === 'object' && value !== null
				? new Map(Object.entries(value)).get(key)
				: undefined,
		config,
	);
}

function unedited(key: string, length: number, layers: number): Finding {
	return {
		code: 'config-list-unedited',
		severity: 'warning',
		message: `config.json lists ${length} entries under ${key}, as many as the donor has layers; the merge has ${layers}.`,
		hint: `Look at ${key} before you load the model.`,
		details: { key, length, layers },
	};
}
