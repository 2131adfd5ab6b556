import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** How often a process's memory is looked at. */
const POLL_MILLISECONDS = 20;

/** A program that has come to its end. */
export interface Ended {
	readonly seconds: number;
	/** Most bytes that the process and its children had in memory at a time; NaN where unknown. */
	readonly resident: number;
	/** As `resident`, without pages of files, which the system can take back. */
	readonly own: number;
	/** Last output, for when something failed. */
	readonly output: string;
}

export interface Command {
	readonly program: string;
	readonly args: readonly string[];
	readonly environment?: Readonly<Record<string, string>>;
}

/** Runs a program from start to exit. Rejects with its output where it fails. */
export async function runProgram({ program, args, environment }: Command): Promise<Ended> {
	const start = performance.now();
	const child = spawn(program, args, {
		stdio: ['ignore', 'pipe', 'pipe'],
		env: { ...process.env, ...environment },
	});
	let output = '';
	for (const stream of [child.stdout, child.stderr])
		stream.on('data', (data: Buffer) => (output = (output + data.toString()).slice(-4000)));
	const peak = { resident: NaN, own: NaN };
	const look = setInterval(() => {
		const now = memoryOf(child.pid ?? 0);
		peak.resident = Math.max(now.resident, peak.resident || 0);
		peak.own = Math.max(now.own, peak.own || 0);
	}, POLL_MILLISECONDS);
	try {
		const status = await new Promise<number | null>((resolve, reject) => {
			child.on('error', reject);
			child.on('close', resolve);
		});
		const seconds = (performance.now() - start) / 1000;
		if (status !== 0)
			throw new Error(`${program} ${args.join(' ')} ended with ${String(status)}:\n${output}`);
		return { seconds, ...peak, output };
	} finally {
		clearInterval(look);
	}
}

/** Bytes of a process and its children; NaN where the system does not tell. */
function memoryOf(pid: number): { resident: number; own: number } {
	try {
		const status = readFileSync(`/proc/${pid}/status`, 'utf8');
		const bytes = (name: string): number =>
			Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1] ?? 0) * 1024;
		const total = { resident: bytes('VmRSS'), own: bytes('RssAnon') + bytes('RssShmem') };
		const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
		for (const child of children === '' ? [] : children.split(' ')) {
			const { resident, own } = memoryOf(Number(child));
			// A child that has just ended counts for nothing.
			total.resident += resident || 0;
			total.own += own || 0;
		}
		return total;
	} catch {
		return { resident: NaN, own: NaN };
	}
}
