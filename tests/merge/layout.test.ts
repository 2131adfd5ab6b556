import { expect, it } from 'vitest';
import { fileStart, planMerge } from '../../src/merge/index.ts';
import { parseSafetensorsHeader } from '../../src/tensors/index.ts';
import { headersOf, recipeOf, tinyModel } from '../support/tinyModel.ts';

const COPY = recipeOf('models: [{model: a}]\nmerge_method: passthrough\n');

it('one file has the tensors in the order of their names, without gaps', () => {
	const plan = planMerge(COPY, { headers: headersOf({ a: tinyModel('a', { layers: 11 }) }) });
	const names = plan.tensors.map(({ name }) => name);
	expect(names).toEqual(names.toSorted());
	expect(names.findIndex((name) => name.includes('layers.10.'))).toBeLessThan(
		names.findIndex((name) => name.includes('layers.2.')),
	);
	const [file] = plan.files;
	let at = file ? fileStart(file).byteLength : 0;
	for (const tensor of plan.tensors) {
		expect(tensor).toMatchObject({ file: 'model.safetensors', offset: at });
		at += tensor.bytes;
	}
	expect(at).toBe(file?.size);
	expect(Object.keys(plan.texts)).not.toContain('model.safetensors.index.json');
});

it('wider dtypes come first within a file, as the safetensors library has them', () => {
	const wide = 'model.norm.weight';
	const headers = headersOf({ a: tinyModel('a', { dtypes: { [wide]: 'F32' } }) });
	expect(planMerge(COPY, { headers }).tensors[0]?.name).toBe(wide);
});

it('a planned header is one that a reader accepts', () => {
	const plan = planMerge(COPY, { headers: headersOf({ a: tinyModel('a') }) });
	const [file] = plan.files;
	if (file === undefined) throw new Error('no file');
	const header = new TextEncoder().encode(file.header);
	const parsed = parseSafetensorsHeader(header, { file: file.name, fileSize: file.size });
	for (const { name, dtype, shape, offset, bytes } of plan.tensors)
		expect(parsed.tensors.get(name)).toMatchObject({
			dtype,
			shape,
			start: offset,
			end: offset + bytes,
		});
});

it('a file ends before the tensor that would make it larger than a shard', () => {
	// 21 tensors of 16 bytes; a shard of 70 takes four.
	const plan = planMerge(COPY, { headers: headersOf({ a: tinyModel('a') }), shardSize: 70 });
	expect(plan.files.map(({ name }) => name)).toEqual([
		'model-00001-of-00006.safetensors',
		'model-00002-of-00006.safetensors',
		'model-00003-of-00006.safetensors',
		'model-00004-of-00006.safetensors',
		'model-00005-of-00006.safetensors',
		'model-00006-of-00006.safetensors',
	]);
	const index = JSON.parse(plan.texts['model.safetensors.index.json'] ?? '') as {
		metadata: unknown;
		weight_map: Record<string, string>;
	};
	expect(index.metadata).toEqual({ total_size: 21 * 16 });
	for (const { name, file } of plan.tensors) expect(index.weight_map[name]).toBe(file);
	expect(Object.keys(index.weight_map)).toEqual(Object.keys(index.weight_map).toSorted());
});

it('a tensor larger than a shard gets one of its own', () => {
	const shapes = { 'model.embed_tokens.weight': [100] };
	const headers = headersOf({ a: tinyModel('a', { shapes }) });
	const plan = planMerge(COPY, { headers, shardSize: 150 });
	const alone = plan.tensors.filter(({ file }) => file === plan.files[1]?.name);
	expect(alone.map(({ name }) => name)).toEqual(['model.embed_tokens.weight']);
});
