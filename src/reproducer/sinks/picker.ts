declare global {
	interface Window {
		/** Chromium only; not in TypeScript's library. */
		showDirectoryPicker?: (options?: {
			readonly id?: string;
			readonly mode?: 'read' | 'readwrite';
		}) => Promise<FileSystemDirectoryHandle>;
	}
}

/** Asks for a folder to write to; null where the reader changed their mind. */
export type PickFolder = () => Promise<FileSystemDirectoryHandle | null>;

/** How to ask for a folder in this browser; null where it has no directory picker. */
export function folderPicker(): PickFolder | null {
	const pick = window.showDirectoryPicker?.bind(window);
	if (pick === undefined) return null;
	return async () => {
		try {
			return await pick({ id: 'remelt', mode: 'readwrite' });
		} catch (thrown) {
			if (thrown instanceof DOMException && thrown.name === 'AbortError') return null;
			throw thrown;
		}
	};
}
