import { openHubModel } from '../hub/index.ts';
import { planMerge, poolSize, refuseEarly, runMerge } from '../merge/index.ts';
import { parseRecipe, type Recipe } from '../recipe/index.ts';
import { openFolderModel } from '../tensors/index.ts';
import { spawnMergeWorker } from './run/spawn.ts';
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
		workers: poolSize(navigator.hardwareConcurrency),
		now: () => performance.now(),
	};
}
