import type { Finding } from '../errors/index.ts';
import { configValue, readConfig } from '../recipe/index.ts';
import type { ConfigEdit, ConfigEdits } from './config.ts';
import type { PlanModule } from './sources.ts';

/** Keys under which configs count layers, beside the one that the architecture reads. */
const COUNT_KEYS = ['num_hidden_layers', 'n_layer', 'n_layers', 'num_layers'];

/** Keys that hold one entry per layer. */
const LAYER_LISTS = [
	'layer_types',
	'layers_block_type',
	'no_rope_layers',
	'mlp_layer_types',
	'attention_layers',
	'sliding_window_layers',
];

/**
 * What a module's choice of layers changes in `config.json`: the layer count, lists with an entry per
 * layer, and the layer from which on Qwen2 uses a sliding window. Nothing where all layers are taken.
 * @param text the donor's `config.json`
 */
export function layerEdits(module: PlanModule, text: string): ConfigEdits {
	const { layersKey } = module.architecture;
	if (!module.chosen) return { edits: [], findings: [] };
	if (layersKey === null) return { edits: [], findings: [uncounted(module)] };
	const path = layersKey.split('.');
	const holder = path.slice(0, -1);
	const config = readConfig(text);
	const before = configValue(config, layersKey);
	const inner = holder.length === 0 ? config : configValue(config, holder.join('.'));
	const entries = typeof inner === 'object' && inner !== null ? Object.entries(inner) : [];
	const edits: ConfigEdit[] = [];
	const findings: Finding[] = [];
	const set = (key: string, value: unknown): void => {
		edits.push({ path: [...holder, key], value });
	};
	for (const [key, value] of entries) {
		const counts = [...holder, key].join('.') === layersKey || COUNT_KEYS.includes(key);
		if (counts && value === before && before !== module.layers) set(key, module.layers);
		if (key === 'max_window_layers' && typeof value === 'number') {
			const limit = value === before ? module.layers : Math.min(value, module.layers);
			if (limit !== value) set(key, limit);
		}
		if (!Array.isArray(value) || value.length === 0 || value.length !== before) continue;
		if (LAYER_LISTS.includes(key)) {
			const list = layerList([...holder, key].join('.'), value, module);
			if (JSON.stringify(list) !== JSON.stringify(value)) set(key, list);
		} else if (before !== module.layers) findings.push(unedited(key, value.length, module.layers));
	}
	return { edits, findings };
}

/** Each output layer's entry, from the model that the layer comes from first, else from the donor. */
function layerList(
	key: string,
	donor: readonly unknown[],
	{ slices }: PlanModule,
): readonly unknown[] {
	return slices.flatMap((slice) => {
		const [source] = slice.sources;
		const value = source && configValue(readConfig(source.headers.config), key);
		const list: readonly unknown[] = Array.isArray(value) ? value : donor;
		const start = source?.start ?? 0;
		return Array.from({ length: slice.layers }, (_, k) => list[start + k] ?? donor.at(-1) ?? null);
	});
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

function uncounted({ architecture, layers }: PlanModule): Finding {
	return {
		code: 'config-layers-uncounted',
		severity: 'warning',
		message: `No key of config.json is known to count the layers of the module ${architecture.name}, so it stays as it is; the merge has ${layers}.`,
		hint: 'Look for the layer count in config.json before you load the model, and set it.',
		details: { module: architecture.name, layers },
	};
}
