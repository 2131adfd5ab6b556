import { useState } from 'preact/hooks';
import type { JSX } from 'preact';
import { toRemeltError } from '../../errors/index.ts';
import { formatBytes } from '../format.ts';
import { MEMORY_LIMIT_TEXT } from '../sinks/memory.ts';
import type { PickFolder } from '../sinks/picker.ts';
import type { Kept } from '../state.ts';
import { saveFile } from './download.ts';
import { Button } from './parts.tsx';

export interface SaveBarProps {
	readonly kept: Kept;
	/** Name of the folder, and of the zip without its ending. */
	readonly name: string;
	readonly pickFolder: PickFolder | null;
	readonly commandLine: string;
}

/** What can be done with the merged files. */
export function SaveBar(props: SaveBarProps): JSX.Element {
	const { kept, name, pickFolder, commandLine } = props;
	const [message, setMessage] = useState<string | null>(null);
	if (kept.kind === 'folder')
		return (
			<p class="rm-save" data-part="save">
				The merged model is in the folder <b>{kept.name}</b>.
			</p>
		);
	if (kept.kind === 'nothing')
		return (
			<p class="rm-save" data-part="save">
				The merged model was compared and not kept: it is larger than {MEMORY_LIMIT_TEXT}. To make
				it at a terminal: <code class="rm-command">{commandLine}</code>
			</p>
		);
	const { files } = kept;
	const size = [...files.values()].reduce((sum, { size: bytes }) => sum + bytes, 0);
	const attempt = (action: () => Promise<string | null>): void => {
		setMessage('Saving…');
		action().then(setMessage, (thrown: unknown) => {
			setMessage(toRemeltError(thrown, 'sink-failed').message);
		});
	};
	return (
		<div class="rm-save" data-part="save">
			<p class="rm-actions">
				<Button
					action="download-zip"
					onPress={() => {
						attempt(() => downloadZip(name, files));
					}}
				>
					Download .zip, {formatBytes(size)}
				</Button>
				{pickFolder !== null && (
					<Button
						action="save-folder"
						onPress={() => {
							attempt(() => saveToFolder(name, files, pickFolder));
						}}
					>
						Save to a folder…
					</Button>
				)}
			</p>
			<p class="rm-soft" data-part="files">
				<b>{name}</b> with {[...files.keys()].join(', ')}
			</p>
			<p role="status" data-part="save-message">
				{message}
			</p>
		</div>
	);
}

async function downloadZip(name: string, files: ReadonlyMap<string, Blob>): Promise<string> {
	const { zipFiles } = await import('../sinks/zip.ts');
	saveFile(`${name}.zip`, await zipFiles(name, files));
	return `${name}.zip was handed to the browser’s downloads.`;
}

async function saveToFolder(
	name: string,
	files: ReadonlyMap<string, Blob>,
	pickFolder: PickFolder,
): Promise<string | null> {
	const parent = await pickFolder();
	if (parent === null) return null;
	const [{ createFolderSink }, { copyFiles }] = await Promise.all([
		import('../sinks/folder.ts'),
		import('../sinks/copy.ts'),
	]);
	const sink = await createFolderSink(parent, name);
	await copyFiles(files, sink);
	return `Saved in ${parent.name}/${sink.name}.`;
}
