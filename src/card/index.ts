export { readCard } from './readCard.ts';
export { findRecipes } from './recipes.ts';
export { decimalsOf, readNumber } from './numbers.ts';
export { provenanceSchema, readProvenance, readRehearsal, rehearsalSchema } from './provenance.ts';
export type { Provenance, Rehearsal } from './provenance.ts';
export type { WrittenNumber } from './numbers.ts';
export type {
	Card,
	CardCitation,
	CardHeading,
	CardRecipe,
	CardScore,
	CardTable,
	FrontMatter,
} from './types.ts';
