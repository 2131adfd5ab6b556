import { makeZip } from 'client-zip';
import type { MergeSink } from '../../merge/index.ts';

/** The files of a merged model as one zip inside a folder `name`; stored, not compressed. */
export async function zipFiles(name: string, files: ReadonlyMap<string, Blob>): Promise<Blob> {
	const entries = [...files].map(([file, blob]) => ({
		name: `${name}/${file}`,
		input: blob,
		size: blob.size,
	}));
	const response = new Response(makeZip(entries));
	return new Blob([await response.blob()], { type: 'application/zip' });
}

/** Copies files that were kept in memory into a sink, in order; leaves nothing where that fails. */
export async function copyFiles(files: ReadonlyMap<string, Blob>, sink: MergeSink): Promise<void> {
	try {
		for (const [name, blob] of files) {
			await sink.open(name, blob.size);
			for await (const bytes of blob.stream()) await sink.write(bytes);
			await sink.close();
		}
		await sink.commit();
	} catch (thrown) {
		await sink.abort();
		throw thrown;
	}
}
