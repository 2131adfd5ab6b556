import { openHubModel } from '../hub/index.ts';
import { planMerge, poolSize, runMerge } from '../merge/index.ts';
import { parseRecipe } from '../recipe/index.ts';
import { openFolderModel } from '../tensors/index.ts';
import { spawnMergeWorker } from './run/spawn.ts';
import type { Effects } from './session.ts';

/** A session's effects in a browser. */
export function browserEffects(): Effects {
	return {
		hub: openHubModel,
		folder: openFolderModel,
		parse: (text) => parseRecipe(text).recipe,
		plan: planMerge,
		run: runMerge,
		spawn: spawnMergeWorker,
		workers: poolSize(navigator.hardwareConcurrency),
		now: () => performance.now(),
	};
}
