/** Steps of the site's scale for t and weights, `--t-0` to `--t-10`. */
const STEPS = 10;

/** The colour of a place between 0 and 1 on the site's scale, as CSS. */
export function scaleColour(place: number): string {
	const at = Math.min(1, Math.max(0, place)) * STEPS;
	const below = Math.floor(at);
	const share = at - below;
	if (share < 0.01 || below === STEPS) return `var(--t-${String(below)})`;
	const percent = (share * 100).toFixed(0);
	return `color-mix(in oklab, var(--t-${String(below + 1)}) ${percent}%, var(--t-${String(below)}))`;
}
