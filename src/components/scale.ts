/** The steps `--t-0` to `--t-10` of tokens.css, as sRGB bytes. */
const STEPS: readonly (readonly [number, number, number])[] = [
	[0x16, 0x37, 0x59],
	[0x28, 0x48, 0x6a],
	[0x3b, 0x5a, 0x7a],
	[0x53, 0x6c, 0x86],
	[0x6d, 0x7d, 0x8c],
	[0x8c, 0x8c, 0x89],
	[0xab, 0x97, 0x7c],
	[0xca, 0xa3, 0x6d],
	[0xe6, 0xb0, 0x5b],
	[0xf6, 0xc6, 0x55],
	[0xfd, 0xdf, 0x57],
];

/** From this t on, dark text has more contrast on the colour than light text. */
const DARK_TEXT_FROM = 0.37;

/** Where `t` lies between two steps; t is clamped to 0…1, and NaN counts as 0. */
function locate(t: number): { below: number; share: number } {
	const place = Math.min(1, Math.max(0, Number.isNaN(t) ? 0 : t)) * (STEPS.length - 1);
	const below = Math.min(STEPS.length - 2, Math.floor(place));
	return { below, share: place - below };
}

/**
 * The colour of `t` (0 cold steel … 1 molten) on the site's one scale for t and weights, as `#rrggbb`:
 * fit for a `fill` attribute, a canvas or a style. Values outside 0…1 are clamped.
 */
export function scaleColor(t: number): string {
	const { below, share } = locate(t);
	const from = STEPS[below] ?? [0, 0, 0];
	const to = STEPS[below + 1] ?? from;
	const channel = (index: 0 | 1 | 2): string =>
		Math.round(from[index] + (to[index] - from[index]) * share)
			.toString(16)
			.padStart(2, '0');
	return `#${channel(0)}${channel(1)}${channel(2)}`;
}

/** The text colour that is legible (4.5 : 1 or better) on {@link scaleColor} of the same `t`. */
export function scaleInk(t: number): string {
	return t < DARK_TEXT_FROM ? '#ffffff' : '#000000';
}
