import { RemeltError, toRemeltError } from '../../errors/index.ts';
import type { Kernels } from '../types.ts';
import { createWasmKernels } from './kernels.ts';
import init from '../../../wasm/pkg/remelt_kernels.js';

/** Where the kernels' module lies: Vite turns this into the address of the built file. */
export const WASM_MODULE = new URL('../../../wasm/pkg/remelt_kernels_bg.wasm', import.meta.url);

let loading: Promise<Kernels> | undefined;

/**
 * The WASM kernels of this thread. The first call decides where they come from: `source`, which
 * is the module's bytes or its address, or else the build that belongs to this code. Every later
 * call gets the same kernels; after a failure the next call tries again.
 *
 * Works in browsers, their workers, and Node (where `file:` addresses are read from disk).
 * Rejects with `RemeltError('kernel-failed')`.
 */
export function loadWasmKernels(source: BufferSource | URL = WASM_MODULE): Promise<Kernels> {
	loading ??= instantiate(source).catch((thrown: unknown) => {
		loading = undefined;
		throw thrown;
	});
	return loading;
}

async function instantiate(source: BufferSource | URL): Promise<Kernels> {
	try {
		const module = source instanceof URL ? await open(source) : source;
		const { memory } = await init({ module_or_path: module });
		return createWasmKernels(memory);
	} catch (thrown) {
		if (thrown instanceof RemeltError) throw thrown;
		const cause = toRemeltError(thrown, 'kernel-failed');
		throw new RemeltError('kernel-failed', `The WASM kernels did not load: ${cause.message}`, {
			hint: 'They need WebAssembly with SIMD: Chromium 91, Firefox 89, Safari 16.4 or newer.',
			details: { source: source instanceof URL ? source.href : 'bytes' },
			cause: thrown,
		});
	}
}

/** The module as wasm-bindgen takes it: a response to stream from, or bytes. */
async function open(url: URL): Promise<Response | Uint8Array<ArrayBuffer>> {
	if (url.protocol === 'file:') {
		// Not an import: a bundler for browsers would have to find something for `node:fs`.
		const { readFile } = process.getBuiltinModule('node:fs/promises');
		return new Uint8Array(await readFile(url));
	}
	const response = await fetch(url);
	if (response.ok) return response;
	throw new RemeltError('kernel-failed', `The WASM kernels did not load: HTTP ${response.status}`, {
		hint: 'Reload the page; if that does not help, the site was not deployed completely.',
		details: { source: url.href, status: response.status },
	});
}
