import { spawn } from 'node:child_process';

/** How a program ended, and what it said. */
export interface Ended {
	/** Null where a signal ended it or it could not be started. */
	readonly code: number | null;
	/** Standard output and error, as they came. */
	readonly output: string;
}

/** Runs a program without input to its end. */
async function runProgram(
	command: string,
	args: readonly string[],
	variables: Readonly<Record<string, string>> = {},
): Promise<Ended> {
	const child = spawn(command, args, {
		env: { ...process.env, ...variables },
		stdio: ['ignore', 'pipe', 'pipe'],
	});
	const output: string[] = [];
	for (const stream of [child.stdout, child.stderr])
		stream.on('data', (data: Buffer) => output.push(data.toString()));
	return new Promise((resolve) => {
		child.once('error', (error) => resolve({ code: null, output: error.message }));
		child.once('close', (code) => resolve({ code, output: output.join('') }));
	});
}

/** Runs a TypeScript or JavaScript program on this very Node. */
export function runNode(
	file: string,
	args: readonly string[] = [],
	variables: Readonly<Record<string, string>> = {},
): Promise<Ended> {
	return runProgram(process.execPath, [file, ...args], variables);
}
