/** Hands a file to the browser's downloads. */
export function saveFile(name: string, content: Blob): void {
	const url = URL.createObjectURL(content);
	const link = document.createElement('a');
	link.href = url;
	link.download = name;
	link.click();
	// The browser reads the address after this task; a minute is long enough for any dialogue.
	setTimeout(() => {
		URL.revokeObjectURL(url);
	}, 60_000);
}
