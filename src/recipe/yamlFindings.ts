import type { Finding } from '../errors/index.ts';
import { coerceNumber } from './numbers.ts';
import { placeAt } from './text.ts';
import type { YamlNode } from './yaml.ts';

/** Finds values that YAML 1.1, which mergekit reads, takes for something else than they look like. */
export function yamlFindings(text: string, root: YamlNode): Finding[] {
	const findings: Finding[] = [];
	const seen = new Set<YamlNode>();
	const walk = (node: YamlNode): void => {
		if (seen.has(node)) return;
		seen.add(node);
		if (node.kind === 'list') node.items.forEach(walk);
		else if (node.kind === 'map') node.entries.forEach(({ value }) => walk(value));
		else {
			const finding = scalarFinding(node);
			if (finding !== null) findings.push({ ...finding, ...placeAt(text, node.offset) });
		}
	};
	walk(root);
	return findings;
}

function scalarFinding({
	plain,
	text,
	value,
}: Extract<YamlNode, { kind: 'scalar' }>): Finding | null {
	if (!plain) return null;
	const details = { written: text, value };
	if (typeof value === 'boolean' && !/^(?:true|false)$/i.test(text))
		return {
			code: 'recipe-yaml-boolean',
			severity: 'note',
			message: `YAML 1.1 reads ${text} as ${value}.`,
			hint: `Write ${value}, or put it in quotes if the word is meant.`,
			details,
		};
	if (typeof value === 'number' && Number.isFinite(value) && Number(text) !== value)
		return {
			code: 'recipe-yaml-number',
			severity: 'warning',
			message: `YAML 1.1 reads ${text} as the number ${value}.`,
			hint: 'Write the number in plain decimal digits.',
			details,
		};
	const number = typeof value === 'string' ? coerceNumber(value) : null;
	if (number === null) return null;
	return {
		code: 'recipe-number-as-string',
		severity: 'note',
		message: `YAML 1.1 reads ${text} as text; mergekit makes the number ${number} of it all the same.`,
		hint: 'Write a decimal point and a signed exponent, as in 1.0e-5.',
		details,
	};
}
