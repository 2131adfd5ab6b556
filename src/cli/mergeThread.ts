import { enableCompileCache } from 'node:module';

// Every worker compiles the same modules: each but the first of all runs finds that done.
enableCompileCache();
await import('./mergeHost.ts');
