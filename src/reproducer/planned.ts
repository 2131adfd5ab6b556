import type { MergePlan } from '../merge/index.ts';
import type { Recipe } from '../recipe/index.ts';
import type { OpenedModel } from './models.ts';

/** What a job has read and planned before it reads weights. */
export interface Planned {
	readonly recipe: Recipe;
	readonly plan: MergePlan;
	/** The plan by another semantics. Throws where that refuses the recipe. */
	readonly planFor: (semantics: string) => MergePlan;
	/** By reference; the published model under `PUBLISHED`. */
	readonly models: ReadonlyMap<string, OpenedModel>;
}
