import type { Element, Root } from 'hast';
import rehypeKatex from 'rehype-katex';
import { VFile } from 'vfile';
import type { Finding } from '../../errors/index.ts';
import {
	MAX_FORMULA_DEPTH,
	MAX_FORMULA_LENGTH,
	MAX_FORMULAS,
	MAX_FORMULAS_LENGTH,
} from '../limits.ts';
import { element, textOf, visitElements } from '../trees.ts';
import { isMath } from './code.ts';

const OPTIONS: Parameters<typeof rehypeKatex>[0] = {
	output: 'htmlAndMathml',
	trust: false,
	strict: 'ignore',
	maxSize: 20,
	maxExpand: 1000,
};

/**
 * Renders a card's formulas with KaTeX, as HTML for the eye and MathML for screen readers. A formula
 * beyond the limits, or one that KaTeX cannot read, is shown as it is written, with a finding.
 */
export function renderMath(tree: Root): Finding[] {
	const findings = withholdFormulas(tree);
	const file = new VFile();
	rehypeKatex(OPTIONS)(tree, file);
	for (const message of file.messages) {
		const cause = message.cause instanceof Error ? message.cause.message : message.reason;
		findings.push({
			code: 'math-invalid',
			severity: 'error',
			message: `A formula cannot be rendered: ${cause.replace(/^KaTeX parse error: /, '')}.`,
			line: message.line,
			column: message.column,
			hint: 'It is shown as written; check it against what KaTeX supports.',
		});
	}
	showErrorsAsCode(tree);
	return findings;
}

/** Turns the formulas that are beyond the limits into code. */
function withholdFormulas(tree: Root): Finding[] {
	const findings: Finding[] = [];
	let count = 0;
	let total = 0;
	visitElements(tree, (node) => {
		if (node.tagName !== 'code' || !isMath(node)) return undefined;
		const text = textOf(node);
		count += 1;
		total += text.length;
		const problem = tooMuch(text, count, total);
		if (problem === null) return 'skip';
		const line = node.position?.start.line;
		// One finding for all formulas past the count: they have one cause.
		if (!findings.some((finding) => finding.message === problem && count > MAX_FORMULAS))
			findings.push({
				code: 'math-too-large',
				severity: 'error',
				message: problem,
				line,
				hint: 'It is shown as written.',
			});
		return [element('code', {}, [text])];
	});
	return findings;
}

function tooMuch(text: string, count: number, total: number): string | null {
	if (count > MAX_FORMULAS)
		return `The card has more than ${String(MAX_FORMULAS)} formulas; those after are not rendered.`;
	if (text.length > MAX_FORMULA_LENGTH)
		return `A formula has ${String(text.length)} characters; ${String(MAX_FORMULA_LENGTH)} are rendered at most.`;
	if (total > MAX_FORMULAS_LENGTH)
		return `The card's formulas have more than ${String(MAX_FORMULAS_LENGTH)} characters together; those after are not rendered.`;
	const depth = braceDepth(text);
	if (depth > MAX_FORMULA_DEPTH)
		return `A formula has ${String(depth)} braces inside one another; ${String(MAX_FORMULA_DEPTH)} are rendered at most.`;
	return null;
}

function braceDepth(text: string): number {
	let depth = 0;
	let deepest = 0;
	for (const [token] of text.matchAll(/[{}]|\\(?:left|begin)\b|\\(?:right|end)\b/g)) {
		const opens = token === '{' || token === '\\left' || token === '\\begin';
		depth = Math.max(0, depth + (opens ? 1 : -1));
		deepest = Math.max(deepest, depth);
	}
	return deepest;
}

/** KaTeX marks what it cannot read by colour alone; here it becomes code. */
function showErrorsAsCode(tree: Root): void {
	visitElements(tree, (node: Element) => {
		const { className } = node.properties;
		if (!Array.isArray(className) || !className.includes('katex-error')) return undefined;
		return [element('code', { className: ['math-error'] }, [textOf(node)])];
	});
}
