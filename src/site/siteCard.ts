import { readCard, readProvenance, readRehearsal } from '../card/index.ts';
import type { Card, CardRecipe, Provenance, Rehearsal } from '../card/index.ts';
import { checkCard } from '../check/index.ts';
import { RemeltError, toRemeltError } from '../errors/index.ts';
import type { Finding } from '../errors/index.ts';
import { findMethod } from '../merge/index.ts';
import { parseRecipe } from '../recipe/index.ts';
import type { Recipe } from '../recipe/index.ts';
import { findParents } from './parents.ts';
import type { Parent } from './parents.ts';

/** What a reader can do with a card. */
export type Ability =
	/** The published weights can be compared with a new merge. */
	| 'check'
	/** The recipe runs, but not on the real parents: some were never published. */
	| 'rehearse'
	/** There is no recipe, none that can be read, or its method is not one that Remelt runs. */
	| 'none';

/** The files that make up a card; null where there is none. */
export interface CardFiles {
	readonly owner: string;
	readonly name: string;
	readonly card: string;
	readonly provenance: string | null;
	readonly rehearsal: string | null;
}

/** A card with all that its pages show. Plain data. */
export interface SiteCard {
	readonly card: Card;
	/** The recipe's text as the card gives it, parsed or not. */
	readonly recipeText: CardRecipe | null;
	readonly recipe: Recipe | null;
	readonly parents: readonly Parent[];
	readonly ability: Ability;
	readonly provenance: Provenance | null;
	readonly rehearsal: Rehearsal | null;
	/** What a reader should know, in the order of the card's lines. */
	readonly findings: readonly Finding[];
}

/** Reads a card and its companions. Never throws on content: what is wrong becomes findings. */
export function assembleCard(files: CardFiles): SiteCard {
	const card = readCard(files.card, files);
	const findings: Finding[] = [];
	const attempt = <T>(read: () => T): T | null => {
		try {
			return read();
		} catch (error) {
			findings.push(findingOf(error));
			return null;
		}
	};
	const recipeText = card.recipes[0] ?? null;
	const recipe = recipeText === null ? null : attempt(() => parseAt(recipeText, findings));
	const runs =
		recipe !== null &&
		recipeText !== null &&
		attempt(() => findMethodAt(recipe, recipeText)) !== null;
	const parents = recipe === null ? [] : findParents(recipe, card.frontMatter);
	const { provenance, rehearsal } = files;
	const companions = {
		provenance: provenance === null ? null : attempt(() => readProvenance(provenance)),
		rehearsal: rehearsal === null ? null : attempt(() => readRehearsal(rehearsal)),
	};
	findings.push(...card.findings, ...checkCard(card, recipe));
	return {
		card,
		recipeText,
		recipe,
		parents,
		ability: runs ? abilityOf(parents) : 'none',
		...companions,
		findings: sortFindings(findings),
	};
}

/** Parses a recipe; the places of findings and errors are counted in the card. */
function parseAt(text: CardRecipe, findings: Finding[]): Recipe {
	try {
		const { recipe, findings: found } = parseRecipe(text.text);
		for (const finding of found)
			findings.push(
				finding.line === undefined ? finding : { ...finding, line: finding.line + text.line - 1 },
			);
		return recipe;
	} catch (thrown) {
		throw placeInCard(thrown, text, text.line);
	}
}

/** Looks the recipe's method up. */
function findMethodAt({ method }: Recipe, text: CardRecipe): true {
	try {
		findMethod(method);
		return true;
	} catch (thrown) {
		const before = /^[\s\S]*?(?=^["']?merge_method)/m.exec(text.text)?.[0] ?? '';
		throw placeInCard(thrown, text, text.line + before.split('\n').length - 1);
	}
}

/** An error of a recipe with its place counted in the card; `line` where it does not say one. */
function placeInCard(thrown: unknown, { line: start }: CardRecipe, line: number): RemeltError {
	const { code, message, hint, details } = toRemeltError(thrown, 'recipe-invalid');
	const { line: own, excerpt } = details;
	return new RemeltError(code, message.replace(/ \(line \d+, column \d+\)/, ''), {
		hint,
		details: {
			...details,
			line: typeof own === 'number' ? own + start - 1 : line,
			...(typeof excerpt === 'string' && { excerpt: countInCard(excerpt, start) }),
		},
		cause: thrown,
	});
}

/** An excerpt of a recipe with its lines counted in the card. */
function countInCard(excerpt: string, start: number): string {
	const rows = excerpt.split('\n').map((row) => /^\s*(\d*) \|(.*)$/.exec(row) ?? [row, '', row]);
	const numbers = rows.map(([, number = '']) =>
		number === '' ? '' : String(Number(number) + start - 1),
	);
	const width = Math.max(0, ...numbers.map((number) => number.length));
	return rows
		.map(([, , rest = ''], at) => `${(numbers[at] ?? '').padStart(width)} |${rest}`)
		.join('\n');
}

function abilityOf(parents: readonly Parent[]): Ability {
	return parents.some((parent) => parent.local) ? 'rehearse' : 'check';
}

/** An error as a finding about the card that it was met in. */
export function findingOf(thrown: unknown): Finding {
	const { code, message, hint, details } = toRemeltError(thrown, 'card-invalid');
	const line = typeof details['line'] === 'number' ? details['line'] : undefined;
	return { code, severity: 'error', message, line, hint: hint === '' ? undefined : hint, details };
}

const SEVERITIES = ['error', 'warning', 'note'];

/** The gravest first, then in the order of the card. */
function sortFindings(findings: readonly Finding[]): readonly Finding[] {
	return findings.toSorted(
		(a, b) =>
			SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity) ||
			(a.line ?? 0) - (b.line ?? 0),
	);
}
