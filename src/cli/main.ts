#!/usr/bin/env node
import { stderr, versions } from 'node:process';

/** The first Node that has all that is used. */
const LEAST_NODE = 24;

if (Number.parseInt(versions.node) < LEAST_NODE) {
	stderr.write(`remelt: Node ${LEAST_NODE} or newer is needed, and this is ${versions.node}.\n`);
	process.exitCode = 3;
} else {
	const { enableCompileCache } = await import('node:module');
	// Before the rest is loaded, which is most of what a short command takes.
	enableCompileCache();
	await import('./program.ts');
}
