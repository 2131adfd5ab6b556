import { useState } from 'preact/hooks';
import type { JSX } from 'preact';
import { toRemeltError } from '../../errors/index.ts';
import { DOES_NOT_PROVE } from '../../receipt/index.ts';
import { NO_FOLDERS } from '../receipts.ts';
import type { PageReceipt } from '../receipts.ts';
import type { Mode } from '../state.ts';
import { saveFile } from './download.ts';
import { Button } from './parts.tsx';

export interface ReceiptBarProps {
	readonly mode: Mode;
	/** Name of the file. */
	readonly name: string;
	readonly make: () => Promise<PageReceipt>;
	/** The command that does the same at a terminal. */
	readonly command: string;
}

type Shown =
	| { readonly kind: 'nothing' }
	| { readonly kind: 'refused'; readonly text: string }
	| { readonly kind: 'said'; readonly text: string; readonly digest?: string | undefined };

/** The receipt of a check, what it does not prove, and how to do the same elsewhere. */
export function ReceiptBar(props: ReceiptBarProps): JSX.Element {
	const [shown, setShown] = useState<Shown>(
		props.mode === 'folders' ? { kind: 'refused', text: NO_FOLDERS } : { kind: 'nothing' },
	);
	const save = async (): Promise<void> => {
		setShown({ kind: 'said', text: 'Asking the Hub for the digests of the weight files…' });
		try {
			const receipt = await props.make();
			if (receipt.kind === 'refused') {
				setShown({ kind: 'refused', text: receipt.reason });
				return;
			}
			saveFile(props.name, new Blob([receipt.text], { type: 'application/json' }));
			setShown({ kind: 'said', text: `${props.name} was saved. Digest`, digest: receipt.digest });
		} catch (thrown) {
			const { message, hint } = toRemeltError(thrown, 'network-failed');
			setShown({ kind: 'said', text: `There is no receipt yet: ${message} ${hint}`.trim() });
		}
	};
	return (
		<section class="rm-receipt" aria-label="Receipt">
			{shown.kind !== 'refused' && (
				<p class="rm-actions">
					<Button
						action="save-receipt"
						onPress={() => {
							void save();
						}}
					>
						Save receipt
					</Button>
					<span class="rm-soft">
						What was compared, with which files, and what was found: for others to repeat.
					</span>
				</p>
			)}
			<p role="status" data-part="receipt-message">
				{shown.kind !== 'nothing' && shown.text}
				{shown.kind === 'said' && shown.digest !== undefined && (
					<>
						{' '}
						<code data-part="receipt-digest">{shown.digest}</code>
					</>
				)}
			</p>
			<details class="rm-details" data-part="does-not-prove">
				<summary>What this does not prove</summary>
				<ul>
					{DOES_NOT_PROVE.map((limit) => (
						<li key={limit}>{limit}</li>
					))}
				</ul>
			</details>
			<p class="rm-save" data-part="command">
				The same at a terminal: <code class="rm-command">{props.command}</code>
			</p>
		</section>
	);
}
