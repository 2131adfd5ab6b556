/** A figure as served until it comes into view; then what moves it is loaded. */
class FigureElement extends HTMLElement {
	#observer: IntersectionObserver | null = null;

	connectedCallback(): void {
		this.#observer = new IntersectionObserver((entries) => {
			if (entries.some(({ isIntersecting }) => isIntersecting)) void this.#load();
		});
		this.#observer.observe(this);
	}

	disconnectedCallback(): void {
		this.#observer?.disconnect();
	}

	async #load(): Promise<void> {
		this.#observer?.disconnect();
		const { startSlerp } = await import('./startSlerp.tsx');
		startSlerp(this);
	}
}

customElements.define('remelt-slerp', FigureElement);
