export { diskFile, formulaFile, memoryFile, type HubFile } from './hub/index.ts';
