import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createHash } from 'node:crypto';
import { runCommand } from '../../src/cli/cli.ts';
import type { Terminal } from '../../src/cli/terminal.ts';
import { tinyModel, type TinyModelOptions } from '../support/tinyModel.ts';

/** The program as a file that Node runs. */
export const MAIN = join(import.meta.dirname, '../../src/cli/main.ts');

export interface Said {
	readonly status: number;
	readonly out: string;
	readonly err: string;
}

/** Runs a command line in this process. */
export async function runCli(
	argv: readonly string[],
	options: Partial<Terminal> = {},
): Promise<Said> {
	let [out, err] = ['', ''];
	const status = await runCommand(argv, {
		out: (text) => (out += text),
		err: (text) => (err += text),
		...options,
	});
	return { status, out, err };
}

/** Writes a model of pseudo-random weights to a folder, with files of a tokenizer beside it. */
export async function writeModel(
	folder: string,
	options: TinyModelOptions,
	beside: Readonly<Record<string, string | Uint8Array>> = {},
): Promise<void> {
	const model = tinyModel('model', options);
	const { headers } = model;
	await mkdir(folder, { recursive: true });
	await writeFile(join(folder, 'config.json'), headers.config);
	for (const [name, { size }] of headers.files)
		await writeFile(join(folder, name), await model.file(name).read(0, size));
	for (const [name, content] of Object.entries(beside))
		await writeFile(join(folder, name), content);
}

/** Digests of a folder's files, by name; folders in it end with a slash. */
export async function folderDigests(folder: string): Promise<Record<string, string>> {
	const entries = await readdir(folder, { withFileTypes: true });
	const digests = entries.map(async (entry) => {
		if (entry.isDirectory()) return [`${entry.name}/`, ''] as const;
		const bytes = await readFile(join(folder, entry.name));
		return [entry.name, createHash('sha256').update(bytes).digest('hex')] as const;
	});
	const sorted = (await Promise.all(digests)).toSorted(([a], [b]) => (a < b ? -1 : 1));
	return Object.fromEntries(sorted);
}
