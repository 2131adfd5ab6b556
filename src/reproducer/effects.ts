import { RemeltError } from '../errors/index.ts';
import { openHubModel, readHubDigests } from '../hub/index.ts';
import { WASM_MODULE } from '../kernels/index.ts';
import { planMerge, poolSize, refuseEarly, runMerge } from '../merge/index.ts';
import { parseRecipe, type Recipe } from '../recipe/index.ts';
import { openFolderModel } from '../tensors/index.ts';
import { spawnMergeWorker, spawnSpotWorker } from './run/spawn.ts';
import type { Effects } from './session.ts';

/** A recipe that can be run as far as its text tells. */
function readRecipe(text: string): Recipe {
	const { recipe } = parseRecipe(text);
	refuseEarly(recipe);
	return recipe;
}

/** A session's effects in a browser. */
export function browserEffects(): Effects {
	return {
		hub: openHubModel,
		folder: openFolderModel,
		parse: readRecipe,
		plan: planMerge,
		run: runMerge,
		spawn: spawnMergeWorker,
		spawnSpot: spawnSpotWorker,
		workers: poolSize(navigator.hardwareConcurrency),
		now: () => performance.now(),
		time: () => Date.now(),
		agent: navigator.userAgent,
		digests: readHubDigests,
		kernelBytes,
	};
}

/** The kernels' module as it was loaded: from the browser's cache, as a rule. */
async function kernelBytes(): Promise<Uint8Array> {
	const response = await fetch(WASM_MODULE);
	if (response.ok) return new Uint8Array(await response.arrayBuffer());
	throw new RemeltError('http-status', `The kernels’ module was not found: ${response.status}.`, {
		hint: 'Reload the page: the site may have changed since.',
		details: { url: WASM_MODULE.href, status: response.status },
	});
}
