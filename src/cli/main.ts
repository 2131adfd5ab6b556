#!/usr/bin/env node
import { enableCompileCache } from 'node:module';

// Before the rest is loaded, which is most of what a short command takes.
enableCompileCache();
await import('./program.ts');
