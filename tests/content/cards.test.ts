import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { load } from 'js-yaml';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { readProvenance, readRehearsal } from '../../src/card/index.ts';
import { cardFolders, companion, publishedCards } from './cards.ts';

const cards = publishedCards();

/** HTML's text without what may hold a formula's or a program's own characters. */
function proseOf(html: string): string {
	return html
		.replace(/<annotation[\s\S]*?<\/annotation>/g, ' ')
		.replace(/<code[\s\S]*?<\/code>/g, ' ')
		.replace(/<[^>]*>/g, ' ');
}

function squeeze(text: string): string {
	return text.replace(/\s+/g, ' ').trim();
}

/** The formulas of a page as KaTeX notes them for screen readers. */
function formulasOf(html: string): string[] {
	return [...html.matchAll(/<annotation[^>]*>([\s\S]*?)<\/annotation>/g)].map(([, tex = '']) =>
		squeeze(tex.replaceAll('&#x3C;', '<').replaceAll('&amp;', '&')),
	);
}

it('has the facts of every published card', () => {
	expect(cards.map(({ id }) => id).sort()).toEqual(cardFolders().sort());
});

describe.each(cards)('the card of $id', (published) => {
	const { card, facts, text } = published;

	it('reads without a finding of its own', () => {
		expect(card.findings).toEqual([]);
	});

	it('is titled as the original', () => {
		expect(card.title).toBe(facts.title);
		expect(card.html).not.toMatch(/<h1[\s>]/);
	});

	it('has the metadata of the original', () => {
		const block = /^---\n([\s\S]*?)\n---\n/.exec(text)?.[1] ?? '';
		expect(load(block)).toEqual(facts.frontMatter);
	});

	it('has the digits of the metadata as written', () => {
		const written = card.scores
			.filter(({ from }) => from === 'front-matter')
			.map((score) => [score.benchmark, score.text]);
		expect(Object.fromEntries(written)).toEqual(facts.digits);
	});

	it('has every table of the original, to the last digit', () => {
		expect(card.tables.map(({ header, rows }) => [header, ...rows])).toEqual(facts.tables);
		expect(card.html.match(/<table/g) ?? []).toHaveLength(facts.tables.length);
	});

	it('has the scores of its lists', () => {
		const listed = card.scores.filter(({ from }) => from === 'list');
		expect(listed.map((score) => [score.benchmark, score.text])).toEqual(facts.listScores);
	});

	it('has the recipe of the original', () => {
		if (facts.recipe === null) {
			expect(card.recipes).toEqual([]);
			return;
		}
		const [recipe, ...others] = card.recipes;
		expect(others).toEqual([]);
		expect(load(recipe?.text ?? '')).toEqual(facts.recipe);
		const comments = recipe?.text.match(/#.*/g) ?? [];
		expect(comments.map(squeeze)).toEqual(facts.recipeComments);
		expect(card.html.match(/data-recipe="0" id="recipe"/g)).toHaveLength(1);
	});

	it('has every formula of the original, rendered', () => {
		expect(formulasOf(card.html)).toEqual(facts.formulas.map(squeeze));
		expect(card.html).not.toMatch(/katex-error|math-error/);
		expect(card.html.match(/class="katex-html" aria-hidden="true"/g) ?? []).toHaveLength(
			facts.formulas.length,
		);
	});

	it('leaves no dollar sign, backslash or table row over outside of code', () => {
		expect(proseOf(card.html)).not.toMatch(/[$\\]|\|/);
	});

	it('has the citations as written', () => {
		expect(card.citations.map((citation) => citation.text)).toEqual(facts.citations);
		expect(card.citations.map(({ key }) => key)).toEqual(facts.citationKeys);
	});

	it('names every model, number and setting of the original', () => {
		const flat = squeeze(text);
		expect(facts.mentions.filter((mention) => !flat.includes(mention))).toEqual([]);
		for (const code of facts.code ?? []) expect(text).toContain(code);
	});

	it('links to the original', () => {
		expect(card.html).toContain(`href="https://huggingface.co/${card.id}"`);
	});

	it('says where everything comes from', () => {
		const provenance = readProvenance(companion(published, 'provenance.json') ?? '');
		expect(provenance.original).toBe(`https://huggingface.co/${card.id}`);
		expect(provenance.facts.map(({ where }) => where)).toContain('text');
		expect(provenance.facts.some(({ where }) => where.startsWith('recipe'))).toBe(true);
	});

	it('says what toy parents its recipe needs, if it has one', () => {
		const file = companion(published, 'rehearsal.json');
		expect(file !== null).toBe(facts.recipe !== null);
		if (file !== null)
			expect(readRehearsal(file)).toEqual({ architecture: 'MistralForCausalLM', layers: 32 });
	});
});

describe('the prose', () => {
	const { words, cards: hashes } = z
		.object({ words: z.int(), cards: z.record(z.string(), z.array(z.string())) })
		.parse(JSON.parse(readFileSync(join(import.meta.dirname, 'shingles.json'), 'utf8')));

	function digest(run: string): string {
		return createHash('sha256').update(run).digest('hex').slice(0, 12);
	}

	/** Runs of words of a card's prose whose digests are known; formulas and code are no prose. */
	function copied(known: ReadonlySet<string>, text: string): string[] {
		const prose = text
			.replace(/^---\n[\s\S]*?\n---\n/, '')
			.replace(/^\s*```[\s\S]*?^\s*```/gm, ' ')
			.replace(/\$[^$]*\$/g, ' ')
			.replace(/^\|.*$/gm, ' ')
			.replace(/\]\([^)]*\)/g, ']');
		const all = prose.toLowerCase().match(/[^\W_]+/gu) ?? [];
		return all
			.map((_, at) => all.slice(at, at + words).join(' '))
			.filter((run) => known.has(digest(run)));
	}

	it.each(cards)('of $id shares no run of 12 words with the original', ({ id, text }) => {
		const known = new Set(hashes[id]);
		expect(known.size).toBeGreaterThan(50);
		expect(copied(known, text)).toEqual([]);
	});

	it('would be told from a copy, however it is wrapped and marked', () => {
		const run = 'one two three four five six seven eight nine ten eleven twelve';
		const text = 'Zero, **one** two three\nfour `five` six seven eight [nine](x y) ten, eleven twelve.';
		expect(copied(new Set([digest(run)]), text)).toEqual([run]);
		expect(copied(new Set([digest(run)]), text.replace('six', 'sixth'))).toEqual([]);
	});
});
