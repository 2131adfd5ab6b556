import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateToyModel } from '../../src/rehearsal/index.ts';
import { layoutSafetensors } from '../../src/tensors/index.ts';
import { entry, fileBytes } from '../tensors/build.ts';

/** Model folders for a Hub of one's own. */
export interface Models {
	readonly root: string;
	readonly folders: Readonly<Record<string, string>>;
	readonly small: { readonly config: string; readonly weights: Uint8Array };
	/** A model whose header is longer than the first read. */
	readonly long: { readonly tensors: number; readonly headerEnd: number };
}

/** Writes them to a temporary folder. */
export async function makeModels(): Promise<Models> {
	const root = await mkdtemp(join(tmpdir(), 'remelt-hub-'));
	const small = generateToyModel({ architecture: 'MistralForCausalLM', layers: 1, parent: 0 });
	const long = longHeader();
	const files: Readonly<Record<string, Readonly<Record<string, string | Uint8Array>>>> = {
		'toy/small': {
			'config.json': small.config,
			'model.safetensors': small.weights,
			'notes #1?.txt': 'a name with characters that need encoding',
			'latin1.txt': Uint8Array.of(0xe9, 0x20),
		},
		'toy/long': { 'config.json': '{}', 'model.safetensors': long.bytes },
		'toy/sharded': {
			'config.json': '{}',
			'model.safetensors.index.json': JSON.stringify({
				weight_map: { a: 'one.safetensors', b: 'two.safetensors' },
			}),
			'one.safetensors': fileBytes({ a: entry('U8', [3], 0, 3) }, 3),
			'two.safetensors': fileBytes({ b: entry('U8', [3], 0, 3) }, 3),
		},
		'toy/pickled': { 'config.json': '{}', 'pytorch_model.bin': 'never read' },
	};
	const folders: Record<string, string> = {};
	for (const [model, contents] of Object.entries(files)) {
		const folder = join(root, model);
		await mkdir(folder, { recursive: true });
		for (const [name, data] of Object.entries(contents)) await writeFile(join(folder, name), data);
		folders[model] = folder;
	}
	return { root, folders, small, long };
}

export async function removeModels({ root }: Models): Promise<void> {
	await rm(root, { recursive: true });
}

function longHeader(): { bytes: Uint8Array; tensors: number; headerEnd: number } {
	const specs = Array.from({ length: 2000 }, (_, i) => ({
		name: `model.layers.${i}.weight`,
		dtype: 'U8' as const,
		shape: [2],
	}));
	const { header, size } = layoutSafetensors(specs, { file: 'model.safetensors' });
	const bytes = new Uint8Array(size);
	bytes.set(header);
	return { bytes, tensors: specs.length, headerEnd: header.byteLength };
}
