export { findInRepo, findInText, parseRepoAddress } from './lookup.ts';
export type { FoundRecipe, ReadText, RepoAddress } from './lookup.ts';
