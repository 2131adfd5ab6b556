import type { JSX } from 'preact';
import type { MergePlan } from '../../merge/index.ts';
import { formatBytes } from '../format.ts';
import type { Keep } from '../session.ts';
import { MEMORY_LIMIT, MEMORY_LIMIT_TEXT } from '../sinks/memory.ts';
import type { PickFolder } from '../sinks/picker.ts';
import { Button } from './parts.tsx';

export interface FullProps {
	readonly plan: MergePlan;
	/** null: this browser cannot write to folders. */
	readonly pickFolder: PickFolder | null;
	/** How to make the model at a terminal. */
	readonly commandLine: string;
	readonly onStart: (keep: Keep) => void;
}

/** Whether a plan has published weights to compare with. */
export function comparesWithPublished({ tensors }: MergePlan): boolean {
	return tensors.some(({ published }) => published !== null);
}

function fitsMemory({ totals }: MergePlan): boolean {
	return totals.bytesToWrite <= MEMORY_LIMIT;
}

/** Reads everything, and keeps what is made where there is room for it. */
export function FullButtons(props: FullProps & { readonly main: boolean }): JSX.Element {
	const { plan, pickFolder, onStart } = props;
	const compares = comparesWithPublished(plan);
	const fits = fitsMemory(plan);
	const read = formatBytes(plan.totals.bytesToRead);
	const toFolder = async (): Promise<void> => {
		const parent = (await pickFolder?.()) ?? null;
		if (parent !== null) onStart({ kind: 'folder', parent });
	};
	return (
		<>
			<Button
				action="start"
				kind={props.main ? 'main' : 'plain'}
				onPress={() => {
					onStart({ kind: fits ? 'memory' : 'nothing' });
				}}
			>
				{compares ? `Read ${read} and compare` : `Read ${read} and merge`}
			</Button>
			{!fits && pickFolder !== null && (
				<Button
					action="start-to-folder"
					onPress={() => {
						void toFolder();
					}}
				>
					{compares ? 'Compare' : 'Merge'} and save {formatBytes(plan.totals.bytesToWrite)} to a
					folder…
				</Button>
			)}
		</>
	);
}

/** What can be done about a model that is too large to be kept; nothing where it is not. */
export function TooLargeToKeep({ plan, pickFolder, commandLine }: FullProps): JSX.Element | null {
	if (fitsMemory(plan)) return null;
	return (
		<p class="rm-note">
			The merged model is larger than {MEMORY_LIMIT_TEXT} and is not kept in memory.{' '}
			{pickFolder === null
				? 'This browser cannot write to a folder while it merges; to keep the model, use a terminal:'
				: 'Save it to a folder while it is made, or use a terminal:'}{' '}
			<code class="rm-command">{commandLine}</code>
		</p>
	);
}
