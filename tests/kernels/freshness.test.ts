import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { RUSTFLAGS, builtDigests, readRecord, sourceDigests } from '../../scripts/build-wasm.ts';
import { BUDGETS } from '../../scripts/size.ts';

const record = readRecord();
const rebuild = 'wasm/pkg is not of these sources: run npm run build:wasm';

test('the committed build was made from the present sources with the present flags', () => {
	expect(record.sources, rebuild).toEqual(sourceDigests());
	expect(record.rustflags, rebuild).toEqual(RUSTFLAGS);
});

test('the committed build is the one that was recorded', () => {
	expect(record.built, rebuild).toEqual(builtDigests());
});

test('the module names no folder of the machine that built it', () => {
	const file = new URL('../../wasm/pkg/remelt_kernels_bg.wasm', import.meta.url);
	const text = readFileSync(file, 'latin1');
	expect(text).not.toMatch(/\/(home|root|tmp|Users|usr|var)\//);
});

test('the module stays within its budget in transit', () => {
	const file = new URL('../../wasm/pkg/remelt_kernels_bg.wasm', import.meta.url);
	expect(gzipSync(readFileSync(file)).byteLength).toBeLessThan(BUDGETS.wasm);
});
