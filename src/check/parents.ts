import type { Card } from '../card/index.ts';
import type { Finding } from '../errors/index.ts';
import { isLocalReference, modelReferences, parseModelReference } from '../recipe/index.ts';
import type { Recipe } from '../recipe/index.ts';

/** What front matter and recipe say of a model's parents. */
export function checkParents(card: Card, recipe: Recipe | null): Finding[] {
	if (recipe === null) return card.frontMatterKeys.includes('base_model') ? [] : [baseMissing()];
	const models = modelReferences(recipe);
	const local = models.filter((model) => isLocalReference(model));
	const published = models.filter((model) => !isLocalReference(model));
	const line = card.recipes[0]?.line;
	const findings: Finding[] = [];
	if (isEmptyList(card)) findings.push(baseEmpty(models, line));
	else if (card.frontMatter.baseModel.length === 0) findings.push(baseMissing());
	else findings.push(...compare(card.frontMatter.baseModel, published.map(repoOf), line));
	if (local.length > 0) findings.push(localFinding(local, line));
	return [...findings, ...checkPins(recipe, published, line)];
}

/** A reference's repository, without revision and adapter. */
function repoOf(reference: string): string {
	return parseModelReference(reference)?.path ?? reference;
}

function isEmptyList(card: Card): boolean {
	return card.frontMatterKeys.includes('base_model') && card.frontMatter.baseModel.length === 0;
}

function compare(
	stated: readonly string[],
	read: readonly string[],
	line: number | undefined,
): Finding[] {
	const notStated = [...new Set(read)].filter((model) => !stated.includes(model));
	const notRead = stated.filter((model) => !read.includes(model));
	const findings: Finding[] = [];
	if (notStated.length > 0)
		findings.push({
			code: 'parent-not-in-base-model',
			severity: 'warning',
			message: `The recipe reads ${notStated.join(', ')}, which the front matter's base_model does not name.`,
			line,
			hint: 'Add it to base_model, so that the Hub links the two.',
		});
	if (notRead.length > 0)
		findings.push({
			code: 'base-model-not-in-recipe',
			severity: 'warning',
			message: `The front matter's base_model names ${notRead.join(', ')}, which the recipe does not read.`,
			line,
			hint: 'Either the recipe is not the whole story, or base_model names too much.',
		});
	return findings;
}

function baseMissing(): Finding {
	return {
		code: 'base-model-missing',
		severity: 'warning',
		message: 'The front matter names no parents: base_model is absent.',
		hint: 'List every model that the recipe reads under base_model.',
	};
}

function baseEmpty(models: readonly string[], line: number | undefined): Finding {
	return {
		code: 'base-model-empty',
		severity: 'warning',
		message: `The front matter's base_model is an empty list, but the recipe reads ${models.join(', ')}.`,
		line,
		hint: 'mergekit writes an empty list when no parent is on the Hub; name the published models that the parents were made from.',
	};
}

function localFinding(models: readonly string[], line: number | undefined): Finding {
	return {
		code: 'parent-local',
		severity: 'warning',
		message: `The recipe reads ${models.join(', ')}: ${models.length === 1 ? 'a folder' : 'folders'} of the author's, not ${models.length === 1 ? 'a model' : 'models'} on the Hub.`,
		line,
		hint: 'The merge cannot be checked without them. Rehearse it on toy weights, point to folders of your own, or ask the author to publish them.',
		details: { models: models.join(', ') },
	};
}

/** Methods whose result depends on draws of a random generator. */
const RANDOM = /^(?:dare_|della)/;

function checkPins(
	recipe: Recipe,
	published: readonly string[],
	line: number | undefined,
): Finding[] {
	const loose = published.filter((model) => parseModelReference(model)?.revision === null);
	const findings: Finding[] = [];
	if (loose.length > 0)
		findings.push({
			code: 'parent-unpinned',
			severity: 'note',
			message: `The recipe names no revision of ${loose.join(', ')}.`,
			line,
			hint: 'Write owner/name@revision: a parent that changes later gives another merge.',
		});
	if (RANDOM.test(recipe.method))
		findings.push({
			code: 'seed-missing',
			severity: 'note',
			message: `${recipe.method} draws random numbers, and a recipe has no place for the seed.`,
			line,
			hint: 'State in the card which --random-seed mergekit was given.',
		});
	return findings;
}
