import type { Card } from '../card/index.ts';
import type { Finding } from '../errors/index.ts';
import type { Recipe } from '../recipe/index.ts';

/** Whether the card has a recipe, and whether its text and code agree with it. */
export function checkRecipe(card: Card, recipe: Recipe | null): Finding[] {
	const findings: Finding[] = [];
	if (card.recipes.length === 0) findings.push(missing());
	if (card.recipes.length > 1) findings.push(several(card));
	const dtype = recipe === null ? null : (recipe.outDtype ?? recipe.dtype);
	if (dtype !== null) findings.push(...loadedAs(card, dtype));
	return findings;
}

function missing(): Finding {
	return {
		code: 'recipe-not-found',
		severity: 'warning',
		message: 'The card gives no recipe, so the merge cannot be re-run from it.',
		hint: 'Look for mergekit_config.yml among the files of the model on the Hub, or ask the author.',
	};
}

function several(card: Card): Finding {
	return {
		code: 'recipe-several',
		severity: 'note',
		message: `The card gives ${String(card.recipes.length)} recipes (lines ${card.recipes.map((each) => each.line).join(', ')}); the first is used.`,
		line: card.recipes[1]?.line,
		hint: 'Later recipes may be stages of the same merge.',
	};
}

const DTYPES: Readonly<Record<string, string>> = {
	BF16: 'bfloat16',
	F16: 'float16',
	F32: 'float32',
	F64: 'float64',
	half: 'float16',
	float: 'float32',
};

/** The dtypes that the card's code loads the model in, where the recipe writes another. */
function loadedAs(card: Card, dtype: string): Finding[] {
	const written = DTYPES[dtype] ?? dtype;
	const lines = card.raw.split(/\r\n|\r|\n/);
	for (const [index, line] of lines.entries()) {
		const name = /\b(?:torch_)?dtype\s*=\s*torch\.(\w+)/.exec(line)?.[1];
		if (name === undefined) continue;
		const loaded = DTYPES[name] ?? name;
		if (loaded === written) continue;
		return [
			{
				code: 'dtype-differs',
				severity: 'note',
				message: `The recipe writes ${written}, and the card's code loads the model as ${loaded}.`,
				line: index + 1,
				hint: 'Loading rounds every weight once more; scores may be of either.',
				details: { recipe: written, code: loaded },
			},
		];
	}
	return [];
}
