import { readSideFiles, REMELT_JSON, remeltJson, tokenizerDonor, VERSION } from '../merge/index.ts';
import type { ExtraFile, MergeOutcome, MergePlan } from '../merge/index.ts';
import type { Recipe } from '../recipe/index.ts';
import type { OpenedModel } from './models.ts';

/**
 * What goes beside weights and texts of a saved model: the tokenizer's files, and at last what was made
 * of what. Tokenizer files that cannot be read are left out rather than the merge lost.
 */
export async function* extraFiles(
	{
		recipe,
		plan,
		models,
	}: {
		readonly recipe: Recipe;
		readonly plan: MergePlan;
		readonly models: ReadonlyMap<string, OpenedModel>;
	},
	outcome: MergeOutcome,
	signal: AbortSignal,
): AsyncGenerator<ExtraFile> {
	const donor = tokenizerDonor(recipe);
	const files = await sideFiles(donor === null ? undefined : models.get(donor), signal);
	yield* files;
	const tokenizer = files.length > 0 ? donor : null;
	const sources = describe(models);
	const text = remeltJson({ version: VERSION, plan, outcome, tokenizer, sources, files: [] });
	yield [REMELT_JSON, new TextEncoder().encode(text)];
}

async function sideFiles(
	model: OpenedModel | undefined,
	signal: AbortSignal,
): Promise<readonly ExtraFile[]> {
	const files: ExtraFile[] = [];
	if (model === undefined) return files;
	try {
		for await (const file of readSideFiles(model, { signal })) files.push(file);
	} catch (error) {
		if (signal.aborted) throw error;
		return [];
	}
	return files;
}

/** The weight files of each model; nobody takes their digests in a page. */
function describe(
	models: ReadonlyMap<string, OpenedModel>,
): Parameters<typeof remeltJson>[0]['sources'] {
	return Object.fromEntries(
		[...models].map(([reference, { headers }]) => [
			reference,
			Object.fromEntries(
				[...headers.files].map(([name, { size }]) => [name, { size, sha256: null, from: null }]),
			),
		]),
	);
}
