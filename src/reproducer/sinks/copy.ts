import type { MergeSink } from '../../merge/index.ts';

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
