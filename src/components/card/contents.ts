/** From this width on the contents stand beside the text, always open (card.css has it, too). */
const BESIDE = '(min-width: 66rem)';

/** Marks the section that is being read, and keeps the contents open where they stand beside the text. */
export function watchContents(details: HTMLDetailsElement): void {
	const wide = matchMedia(BESIDE);
	const adapt = (): void => {
		details.open = wide.matches;
	};
	adapt();
	wide.addEventListener('change', adapt);

	const links = [...details.querySelectorAll<HTMLAnchorElement>('a[href^="#"]')];
	const places = links.flatMap((link) => {
		const target = document.getElementById(decodeURIComponent(link.hash.slice(1)));
		return target === null ? [] : [{ link, target }];
	});
	const mark = (): void => {
		const line = innerHeight * 0.25;
		const above = places.filter(({ target }) => target.getBoundingClientRect().top <= line);
		const current = above.at(-1)?.link;
		for (const { link } of places)
			if (link === current) link.setAttribute('aria-current', 'location');
			else link.removeAttribute('aria-current');
	};
	let due = false;
	const later = (): void => {
		if (due) return;
		due = true;
		requestAnimationFrame(() => {
			due = false;
			mark();
		});
	};
	mark();
	addEventListener('scroll', later, { passive: true });
	details.addEventListener('click', (event) => {
		if (!wide.matches && event.target instanceof HTMLAnchorElement) details.open = false;
	});
}
