import type { RecipeData } from './start.tsx';

/** Events by which a reader shows an interest in a recipe. */
const SIGNS = ['pointerenter', 'pointerdown', 'focusin'] as const;

/** The picture of a recipe, as served until the reader points at it; then the editor is loaded. */
class RecipeElement extends HTMLElement {
	#asked = false;
	#woken = false;

	connectedCallback(): void {
		for (const sign of SIGNS) this.addEventListener(sign, this.#wake, { once: true });
		this.addEventListener('click', this.#ask);
	}

	readonly #ask = (event: Event): void => {
		if (event.target instanceof Element && event.target.closest('[data-variant]'))
			this.#asked = true;
	};

	readonly #wake = (): void => {
		if (!this.#woken) void this.#load();
		this.#woken = true;
	};

	async #load(): Promise<void> {
		const root = this.querySelector('[data-root]');
		const json = this.querySelector('script[type="application/json"]')?.textContent;
		if (root === null || json == null) return;
		const { startEditor } = await import('./start.tsx');
		// what Recipe.astro wrote there
		startEditor(root, JSON.parse(json) as RecipeData, this.#asked);
		this.removeEventListener('click', this.#ask);
	}
}

customElements.define('remelt-recipe', RecipeElement);
