import { RemeltError } from '../../errors/index.ts';
import type { HubLocation, KnownFile } from '../../hub/index.ts';
import { blobSource } from '../../tensors/index.ts';
import type { ByteSource } from '../../tensors/index.ts';
import type { DiskFile, WorkerModel } from './protocol.ts';

/** How a worker opens what it cannot open by itself everywhere. */
export interface FileOpeners {
	readonly hub: (location: HubLocation, file: KnownFile) => ByteSource;
	/** Absent where there is no disk: in pages. */
	readonly disk?: ((file: DiskFile) => ByteSource) | undefined;
}

/** A weight file of a model, opened without reading its header again. Throws `file-missing`. */
export function openWorkerFile(model: WorkerModel, name: string, openers: FileOpeners): ByteSource {
	switch (model.kind) {
		case 'folder':
			return blobSource(name, find(model.files, name).file);
		case 'disk': {
			const file = find(model.files, name);
			if (openers.disk === undefined) throw missing(name);
			return openers.disk(file);
		}
		case 'hub': {
			const { base, repo, revision, files } = model;
			return openers.hub({ base, repo, revision }, find(files, name));
		}
	}
}

function find<File extends { readonly name: string }>(files: readonly File[], name: string): File {
	const found = files.find((file) => file.name === name);
	if (found === undefined) throw missing(name);
	return found;
}

function missing(file: string): RemeltError {
	return new RemeltError('file-missing', `${file} is not among the model’s files.`, {
		hint: 'Read the headers again: the model may have changed since.',
		details: { file },
	});
}
