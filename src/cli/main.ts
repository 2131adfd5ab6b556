#!/usr/bin/env node
import { stderr, stdout } from 'node:process';
import { runCommand } from './cli.ts';

/** Milliseconds between two lines of progress. */
const INTERVAL = 200;

const stop = new AbortController();
process.once('SIGINT', () => {
	stop.abort();
});
process.once('SIGTERM', () => {
	stop.abort();
});

let shown = 0;
let drawn = false;

/** Replaces the line of progress, not more often than eyes can follow. */
function progress(line: string): void {
	const now = performance.now();
	if (drawn && now - shown < INTERVAL) return;
	stderr.write(`\r\u001b[K${line}`);
	[shown, drawn] = [now, true];
}

function clearProgress(): void {
	if (drawn) stderr.write('\r\u001b[K');
	drawn = false;
}

process.exitCode = await runCommand(process.argv.slice(2), {
	out: (text) => {
		clearProgress();
		stdout.write(text);
	},
	err: (text) => {
		clearProgress();
		stderr.write(text);
	},
	progress: stderr.isTTY ? progress : undefined,
	environment: process.env,
	signal: stop.signal,
});
