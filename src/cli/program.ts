import { stderr, stdout } from 'node:process';
import { runCommand } from './cli.ts';
import { createPaint, wantsColour } from './paint.ts';

/** Milliseconds between two lines of progress. */
const INTERVAL = 200;

const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const)
	process.once(signal, () => {
		stop.abort();
	});

// Who reads the output may have seen enough of it.
stdout.on('error', (error: NodeJS.ErrnoException) => {
	if (error.code !== 'EPIPE') throw error;
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
	width: stderr.columns,
	paint: {
		out: createPaint(wantsColour(stdout.isTTY, process.env)),
		err: createPaint(wantsColour(stderr.isTTY, process.env)),
	},
	environment: process.env,
	signal: stop.signal,
});
