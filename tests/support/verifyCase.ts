import { cpSync, existsSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Kernels } from '../../src/kernels/index.ts';
import { createTensorMerger, planMerge, runMerge } from '../../src/merge/index.ts';
import type { MergeOutcome, MergePlan } from '../../src/merge/index.ts';
import { parseRecipe, type Recipe } from '../../src/recipe/index.ts';
import type { ModelFiles } from '../../src/tensors/index.ts';
import { openNodeFolder } from '../../src/tensors/node.ts';
import { explain, judge, type Verdict } from '../../src/verify/index.ts';
import { caseRecipe, expectedFolder, openParents, opener } from './oracle.ts';

export interface VerifyOptions {
	readonly kernels: Kernels;
	/** The release that made the published model. */
	readonly era: string;
	/** What it is held to; default `era`. */
	readonly semantics?: string;
	/** Another recipe than the one that it was made by. */
	readonly recipe?: string;
	/** Changes the folder of the published model before it is read. */
	readonly tamper?: (folder: string) => void;
}

/** A full comparison, judged. */
export interface Verified {
	readonly plan: MergePlan;
	readonly outcome: MergeOutcome;
	readonly verdict: Verdict;
}

/** Verifies what a release of mergekit made of a case of the oracle, as the workers do. */
export async function verifyCase(name: string, options: VerifyOptions): Promise<Verified> {
	const { kernels, era, semantics = era } = options;
	const recipe = options.recipe === undefined ? caseRecipe(name) : readRecipe(options.recipe);
	const folder = publishedFolder(name, era);
	try {
		options.tamper?.(folder);
		const models: Map<string, ModelFiles> = await openParents(recipe);
		const headers = new Map([...models].map(([key, model]) => [key, model.headers]));
		const published = await openNodeFolder(folder);
		const plan = planMerge(recipe, { headers, published: published.headers, semantics });
		models.set('published', published);
		const merge = createTensorMerger({ kernels, open: opener(models), explain });
		const outcome = await runMerge(plan, { merge, concurrency: 2 });
		const verdict = judge(plan, outcome);
		if (verdict === null) throw new Error('there is a published model');
		return { plan, outcome, verdict };
	} finally {
		rmSync(folder, { recursive: true });
	}
}

function readRecipe(text: string): Recipe {
	return parseRecipe(text).recipe;
}

/** A copy of what a release made; releases other than the first kept no configuration. */
function publishedFolder(name: string, era: string): string {
	const folder = mkdtempSync(join(tmpdir(), 'remelt-published-'));
	cpSync(expectedFolder(name), folder, {
		recursive: true,
		filter: (path) => !path.endsWith('.safetensors'),
	});
	cpSync(expectedFolder(name, era), folder, { recursive: true });
	// They kept no index either, and what they wrote is one file each.
	const only = join(folder, 'model-00001-of-00001.safetensors');
	if (existsSync(only)) renameSync(only, join(folder, 'model.safetensors'));
	return folder;
}
