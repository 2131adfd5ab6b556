import type { JSX } from 'preact';
import { useState } from 'preact/hooks';

export interface VariantBarProps {
	readonly editing: boolean;
	/** Whether the variant differs from the recipe. */
	readonly changed: boolean;
	readonly canRehearse: boolean;
	readonly yaml: () => string;
	readonly onEdit: () => void;
	readonly onReset: () => void;
}

/** What to do with a variant: begin one, put it back, take it along, rehearse it. */
export function VariantBar(props: VariantBarProps): JSX.Element {
	const { editing, changed, canRehearse, yaml, onEdit, onReset } = props;
	const [said, setSaid] = useState('');
	if (!editing)
		return (
			<p class="rc-bar needs-js no-print">
				<button type="button" class="button small" data-variant onClick={onEdit}>
					Make a variant
				</button>
				<span class="rc-bar-note">Drag the points, or type numbers.</span>
			</p>
		);
	const copy = async (): Promise<void> => {
		try {
			await navigator.clipboard.writeText(yaml());
			setSaid('Copied.');
		} catch {
			setSaid('The browser did not let us copy; the text stands below.');
		}
	};
	return (
		<div class={`rc-bar rc-bar-open no-print ${changed ? 'rc-changed' : ''}`}>
			<p class="rc-state">
				{changed ? <b>Variant</b> : <b>As on the card</b>}
				<span>
					{changed
						? ' Not the author’s recipe any more: what you run now is yours.'
						: ' Drag a point, press arrow keys on it, or type numbers.'}
				</span>
			</p>
			<div class="rc-buttons">
				{canRehearse && (
					<button
						type="button"
						class="button small primary"
						disabled={!changed}
						onClick={() => {
							rehearse(yaml());
						}}
					>
						Rehearse this variant
					</button>
				)}
				<button type="button" class="button small" onClick={() => void copy()}>
					Copy YAML
				</button>
				<button type="button" class="button small" onClick={onReset}>
					{changed ? 'Reset' : 'Close'}
				</button>
				<span role="status" class="rc-bar-note">
					{said}
				</span>
			</div>
			{changed && (
				<details class="rc-details">
					<summary>YAML of the variant</summary>
					<pre class="rc-yaml" tabindex={0}>
						{yaml()}
					</pre>
				</details>
			)}
		</div>
	);
}

/** Hands a variant to the reproducer on the page, which answers to `remelt:variant`. */
function rehearse(recipe: string): void {
	document.dispatchEvent(new CustomEvent('remelt:variant', { detail: { recipe } }));
	document.getElementById('reproduce')?.scrollIntoView({ block: 'start' });
}
