import { useState } from 'preact/hooks';
import type { JSX } from 'preact';
import { plural } from '../format.ts';
import { Button } from './parts.tsx';

export interface FoldersViewProps {
	/** Models that the reader must point to. */
	readonly references: readonly string[];
	readonly onChosen: (folders: ReadonlyMap<string, readonly File[]>) => void;
	readonly onClose: () => void;
}

/** The reader points to one folder for each model. Files stay on the device. */
export function FoldersView({ references, onChosen, onClose }: FoldersViewProps): JSX.Element {
	const [chosen, setChosen] = useState<ReadonlyMap<string, readonly File[]>>(new Map());
	const complete = references.every((reference) => chosen.has(reference));
	return (
		<div class="rm-body">
			<h3>Point to your folders</h3>
			<p>
				Each folder holds one model: <code>config.json</code> and its safetensors files. They are
				read where they are; nothing leaves this device.
			</p>
			<ul class="rm-folders">
				{references.map((reference) => (
					<li key={reference}>
						<code>{reference}</code>
						<label class="rm-button rm-button-plain">
							Choose its folder…
							<input
								type="file"
								class="rm-hidden"
								aria-label={`Folder of ${reference}`}
								multiple
								data-reference={reference}
								ref={(input) => {
									// Not in Preact's types, and the only way to ask for a folder everywhere.
									if (input !== null) input.webkitdirectory = true;
								}}
								onChange={(event) => {
									const files = [...(event.currentTarget.files ?? [])];
									if (files.length > 0) setChosen(new Map(chosen).set(reference, files));
								}}
							/>
						</label>
						<span class="rm-soft">{folderText(chosen.get(reference))}</span>
					</li>
				))}
			</ul>
			<p class="rm-actions">
				<Button
					action="folders-chosen"
					kind="main"
					disabled={!complete}
					onPress={() => {
						onChosen(chosen);
					}}
				>
					Read their headers
				</Button>
				<Button action="close" kind="quiet" onPress={onClose}>
					Close
				</Button>
			</p>
		</div>
	);
}

function folderText(files: readonly File[] | undefined): string {
	if (files === undefined) return 'not chosen yet';
	const folder = files[0]?.webkitRelativePath.split('/')[0] ?? '';
	return `${folder} ${plural(files.length, 'file')}`.trim();
}
