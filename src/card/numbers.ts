/** A number as a card writes it. */
export interface WrittenNumber {
	readonly value: number;
	/** The digits as written, without sign of uncertainty or of percent. */
	readonly text: string;
	/** What follows a `±`; null where nothing does. */
	readonly uncertainty: number | null;
}

const NUMBER =
	/^(±|[-+−])?\s*(\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d*\.?\d+)\s*%?(?:\s*(?:±|\+\/-)\s*(\d*\.?\d+)\s*%?)?$/;

/** Reads a table cell or list item that is a number and nothing else; null for any other text. */
export function readNumber(text: string): WrittenNumber | null {
	const match = NUMBER.exec(text.trim());
	if (match === null) return null;
	const [, sign = '', digits = '', uncertainty] = match;
	const negative = sign === '-' || sign === '−';
	return {
		value: Number(digits.replaceAll(',', '')) * (negative ? -1 : 1),
		text: (negative ? '-' : '') + digits,
		uncertainty: uncertainty === undefined ? null : Number(uncertainty),
	};
}

/** Decimals of a number as written: `68.00` has 2. */
export function decimalsOf(text: string): number {
	return /\.(\d+)/.exec(text)?.[1]?.length ?? 0;
}
