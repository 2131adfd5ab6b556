/** Wires the page at `/reproduce/`, in a program of its own that card pages do not load. */
export async function startReproducePage(): Promise<void> {
	const { startReproducePages } = await import('./reproducePage.ts');
	startReproducePages();
}
