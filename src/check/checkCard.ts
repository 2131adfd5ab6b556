import type { Card } from '../card/index.ts';
import type { Finding } from '../errors/index.ts';
import type { Recipe } from '../recipe/index.ts';
import { checkCitations } from './citations.ts';
import { checkLicence } from './licence.ts';
import { checkParents } from './parents.ts';
import { checkRecipe } from './recipe.ts';
import { checkScores } from './scores.ts';

/**
 * Finds what needs more than one part of a card to be seen: scores against scores, recipe against
 * front matter and text. Findings of one part alone are in `card.findings` and the recipe's own.
 *
 * @param recipe the card's first recipe as parsed; null where it has none or none that parses
 */
export function checkCard(card: Card, recipe: Recipe | null): Finding[] {
	return [
		...checkRecipe(card, recipe),
		...checkParents(card, recipe),
		...checkScores(card),
		...checkLicence(card),
		...checkCitations(card),
	];
}
