/** How long a button says that it has copied, in milliseconds. */
const SAID = 2000;

/** Shows a figure's copy button and lets it copy the text of the figure's `pre`. */
export function wireCopy(button: HTMLButtonElement): void {
	const pre = button.parentElement?.querySelector('pre');
	if (pre === null || pre === undefined) return;
	const what = button.parentElement?.dataset['language'] ?? 'text';
	const names = ['Copy', `Copy ${what}`] as const;
	// Screen readers hear the button's new name, since it has the focus.
	const call = (shown: string, spoken: string): void => {
		button.textContent = shown;
		button.setAttribute('aria-label', spoken);
	};
	const say = (text: string): void => {
		call(text, text);
		setTimeout(() => {
			call(...names);
		}, SAID);
	};
	call(...names);
	button.hidden = false;
	button.addEventListener('click', () => {
		navigator.clipboard.writeText(pre.textContent).then(
			() => {
				say('Copied');
			},
			() => {
				getSelection()?.selectAllChildren(pre);
				say('Selected: press Ctrl+C');
			},
		);
	});
}
