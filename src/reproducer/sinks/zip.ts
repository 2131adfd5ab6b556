import { makeZip } from 'client-zip';

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
