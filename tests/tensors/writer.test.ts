import { expect, test } from 'vitest';
import { layoutSafetensors, parseSafetensorsHeader } from '../../src/tensors/index.ts';

function jsonOf(header: Uint8Array): string {
	return new TextDecoder().decode(header.subarray(8));
}

test('orders by dtype as the library does, the widest first, then by name', () => {
	const shape = [8];
	const { tensors } = layoutSafetensors(
		[
			{ name: 'b', dtype: 'F16', shape },
			{ name: 'a', dtype: 'F16', shape },
			{ name: 'c', dtype: 'BF16', shape },
			{ name: 'd', dtype: 'F32', shape },
			{ name: 'e', dtype: 'U8', shape },
			{ name: 'f', dtype: 'I64', shape },
		],
		{ file: 'f' },
	);
	expect(tensors.map(({ name }) => name).join('')).toBe('fdcabe');
});

test('orders names by code point, so layer 10 comes before layer 2 and 🧩 after ﬁ', () => {
	const names = ['🧩', 'ﬁ', 'layers.2', 'layers.10', '🧩a', '🤗', 'layers'];
	const specs = names.map((name) => ({ name, dtype: 'U8' as const, shape: [] }));
	const { tensors } = layoutSafetensors(specs, { file: 'f' });
	const sorted = names.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
	expect(tensors.map(({ name }) => name)).toEqual(sorted);
});

// The first bytes of a file that safetensors 0.5.3 wrote, through mergekit.
test('writes the header as the library does, padded to eight bytes', () => {
	const { header, size } = layoutSafetensors(
		[
			{ name: 'model.norm.weight', dtype: 'BF16', shape: [32] },
			{ name: 'lm_head.weight', dtype: 'BF16', shape: [96, 32] },
		],
		{ file: 'model.safetensors' },
	);
	expect(jsonOf(header).trimEnd()).toBe(
		'{"__metadata__":{"format":"pt"},"lm_head.weight":{"dtype":"BF16","shape":[96,32],"data_offsets":[0,6144]},"model.norm.weight":{"dtype":"BF16","shape":[32],"data_offsets":[6144,6208]}}',
	);
	expect(header.byteLength % 8).toBe(0);
	expect(new DataView(header.buffer).getBigUint64(0, true)).toBe(BigInt(header.byteLength - 8));
	expect(size).toBe(header.byteLength + 6208);
});

test('leaves metadata out where there is none', () => {
	const { header } = layoutSafetensors([], { file: 'f', metadata: {} });
	expect(jsonOf(header)).toBe('{}      ');
	const read = parseSafetensorsHeader(header.subarray(8), { file: 'f', fileSize: 16 });
	expect(read.tensors.size).toBe(0);
});
