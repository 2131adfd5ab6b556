import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadFolder, type LoadedTensor } from '../../support/compare.ts';
import { expectedFolder, modelFolder } from '../../support/oracle.ts';
import { readFileSync } from 'node:fs';

/** Cases whose published weights mergekit made. */
export const CASES = [
	'slerp-card',
	'slerp-far',
	'slerp-f32',
	'passthrough-stack',
	'passthrough-block-expansion',
] as const;

/** Cases of other methods, which are held to what Node makes of them. */
export const METHOD_CASES = [
	'linear',
	'task_arithmetic-lambda',
	'ties',
	'dare_ties',
	'breadcrumbs_ties',
	'della',
	'nuslerp',
	'model_stock',
] as const;

/** The tensor that is missing, of another shape or replaced in changed models. */
export const UP_PROJ = 'model.layers.2.mlp.up_proj.weight';

/** Every model that the fixture's cards name, by its id on the Hub: folders. */
export async function oracleModels(): Promise<Record<string, string>> {
	const parents = ['a', 'b', 'c', 'x', 'base'].map((name) => [`oracle/${name}`, modelFolder(name)]);
	const published = [...CASES, ...METHOD_CASES].map((name) => [
		`oracle/${name}`,
		expectedFolder(name),
	]);
	const short = await variant(modelFolder('b'), (tensors) => tensors.delete(UP_PROJ));
	const shape = await variant(modelFolder('b'), (tensors) => {
		const tensor = tensors.get(UP_PROJ);
		if (tensor) tensors.set(UP_PROJ, { ...tensor, shape: [...tensor.shape].reverse() });
	});
	const replaced = await variant(expectedFolder('slerp-far'), (tensors) => {
		const other = loadFolder(modelFolder('a')).get(UP_PROJ);
		if (other) tensors.set(UP_PROJ, other);
	});
	// Releases other than the first kept no configuration.
	const old = await variant(
		expectedFolder('linear-gradient', '0.0.6'),
		() => undefined,
		expectedFolder('linear-gradient'),
	);
	const broken = [
		['tampered/replaced', replaced],
		['old/linear-gradient', old],
		['broken/short', short],
		['broken/shape', shape],
		// What these cards claim to have made is beside the point: any model will do.
		...['missing-tensor', 'other-shape', 'gone', 'unparsable'].map((name) => [
			`broken/${name}`,
			expectedFolder('slerp-card'),
		]),
	];
	return Object.fromEntries([...parents, ...published, ...broken]) as Record<string, string>;
}

/** A folder with a changed copy of a model. */
async function variant(
	original: string,
	change: (tensors: Map<string, LoadedTensor>) => void,
	configured = original,
): Promise<string> {
	const tensors = loadFolder(original);
	change(tensors);
	const folder = await mkdtemp(join(tmpdir(), 'remelt-model-'));
	await writeFile(join(folder, 'config.json'), readFileSync(join(configured, 'config.json')));
	await writeFile(join(folder, 'model.safetensors'), safetensors(tensors));
	return folder;
}

function safetensors(tensors: ReadonlyMap<string, LoadedTensor>): Buffer {
	const header: Record<string, unknown> = { __metadata__: { format: 'pt' } };
	let end = 0;
	for (const [name, { dtype, shape, data }] of tensors)
		header[name] = { dtype, shape, data_offsets: [end, (end += data.length)] };
	const text = Buffer.from(JSON.stringify(header));
	const length = Buffer.alloc(8);
	length.writeBigUInt64LE(BigInt(text.length));
	return Buffer.concat([length, text, ...[...tensors.values()].map(({ data }) => data)]);
}
