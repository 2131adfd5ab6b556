import { percent } from '../verify/index.ts';
import type { FindingWord, VerificationReport } from './report.ts';

/** What a badge says, in the fields that shields.io reads from an address. */
export interface BadgeJson {
	readonly schemaVersion: 1;
	readonly label: string;
	readonly message: string;
	/** With white text on it, legible by WCAG AA; the badge brings its own background to both themes. */
	readonly color: string;
}

type Coverage = Pick<VerificationReport['coverage'], 'tensors' | 'of'> & {
	readonly bytes: number | string;
	readonly ofBytes: number | string;
};

const LABEL = 'merge';

const LABEL_COLOUR = '#171f28';

const [GREEN, BLUE, YELLOW, RED, GREY] = ['#1a7f37', '#1f5fa8', '#8a5a00', '#b42318', '#57606a'];

const COLOURS: Readonly<Record<FindingWord, string>> = {
	identical: GREEN,
	explained: GREEN,
	consistent: BLUE,
	agrees: BLUE,
	fits: BLUE,
	close: YELLOW,
	undecidable: GREY,
	different: RED,
	incomplete: GREY,
};

const COUNT = new Intl.NumberFormat('en');

/** A badge's words as plain data. They claim no more than what was covered. */
export function badgeJson(finding: FindingWord, coverage: Coverage): BadgeJson {
	const message = messageOf(finding, coverage);
	return { schemaVersion: 1, label: LABEL, message, color: COLOURS[finding] };
}

function messageOf(finding: FindingWord, { tensors, of, bytes, ofBytes }: Coverage): string {
	const among = `${COUNT.format(tensors)} of ${COUNT.format(of)} tensors`;
	switch (finding) {
		case 'identical':
			return `identical in ${among}`;
		case 'explained':
			return `all bits explained in ${among}`;
		case 'consistent':
			return `consistent in ${among}`;
		case 'agrees':
			return `no contradiction in ${percent(share(bytes, ofBytes))} of the weights`;
		case 'fits':
			return 'names and shapes fit, weights not read';
		case 'close':
			return `close in ${among}`;
		case 'different':
			return 'not from this recipe';
		case 'undecidable':
			return 'cannot be told';
		case 'incomplete':
			return `incomplete: ${among}`;
	}
}

function share(part: number | string, whole: number | string): number {
	return Number(whole) === 0 ? 0 : Math.min(1, Number(part) / Number(whole));
}

/** Width of a letter, on average; `textLength` makes it so in any font. */
const LETTER = 6.4;

const PADDING = 8;

/**
 * A badge as SVG: a label and what was found, as text that readers of screens get, too. It holds no
 * script, loads nothing, and looks the same on light and dark pages.
 */
export function badgeSvg(finding: FindingWord, coverage: Coverage): string {
	const { label, message, color } = badgeJson(finding, coverage);
	const [left, right] = [widthOf(label), widthOf(message)];
	const total = left + right;
	const title = `${label}: ${message}`;
	const word = (text: string, start: number, width: number): string =>
		`<text x="${start + PADDING}" y="16" textLength="${width - 2 * PADDING}" lengthAdjust="spacingAndGlyphs">${text}</text>`;
	return [
		`<svg xmlns="http://www.w3.org/2000/svg" width="${total}" height="24" viewBox="0 0 ${total} 24" role="img" aria-label="${title}">`,
		`<title>${title}</title>`,
		`<rect width="${total}" height="24" rx="4" fill="${LABEL_COLOUR}"/>`,
		`<path d="M${left} 0h${right - 4}a4 4 0 0 1 4 4v16a4 4 0 0 1-4 4H${left}z" fill="${color}"/>`,
		'<g fill="#fff" font-family="\'IBM Plex Sans\',Verdana,\'DejaVu Sans\',sans-serif" font-size="12" font-weight="600">',
		word(label, 0, left),
		word(message, left, right),
		'</g></svg>\n',
	].join('');
}

function widthOf(text: string): number {
	return Math.round(text.length * LETTER) + 2 * PADDING;
}
