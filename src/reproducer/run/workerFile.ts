import { RemeltError } from '../../errors/index.ts';
import type { HubLocation, KnownFile } from '../../hub/index.ts';
import { blobSource } from '../../tensors/index.ts';
import type { ByteSource } from '../../tensors/index.ts';
import type { WorkerModel } from './protocol.ts';

/** A weight file of a model, opened without reading its header again. Throws `file-missing`. */
export function openWorkerFile(
	model: WorkerModel,
	name: string,
	openHubFile: (location: HubLocation, file: KnownFile) => ByteSource,
): ByteSource {
	if (model.kind === 'folder') {
		const found = model.files.find((entry) => entry.name === name);
		if (found === undefined) throw missing(name);
		return blobSource(name, found.file);
	}
	const { base, repo, revision, files } = model;
	const known = files.find((entry) => entry.name === name);
	if (known === undefined) throw missing(name);
	return openHubFile({ base, repo, revision }, known);
}

function missing(file: string): RemeltError {
	return new RemeltError('file-missing', `${file} is not among the model’s files.`, {
		hint: 'Read the headers again: the model may have changed since.',
		details: { file },
	});
}
