export { parentRepo, PARENTS, REHEARSAL_REVISION, rehearsalParents } from './parents.ts';
export type { RehearsalLocation, RehearsalShape } from './parents.ts';
export { generateToyModel, hasToyModel } from './toyModel.ts';
export type { ToyModel, ToyModelOptions } from './toyModel.ts';
