import type { Finding } from '../errors/index.ts';
import { coerceNumber } from './numbers.ts';
import { placeAt } from './text.ts';
import type { YamlNode } from './yaml.ts';
import { resolvePlain12, YamlDate, type YamlValue } from './yamlScalars.ts';

type Unplaced = Omit<Finding, 'line' | 'column'>;

/**
 * Finds values and keys that YAML 1.1, which mergekit reads, takes for something else than YAML 1.2, which
 * most other programs read.
 */
export function yamlFindings(text: string, root: YamlNode): Finding[] {
	const findings: Finding[] = [];
	const seen = new Set<YamlNode>();
	const report = (finding: Unplaced | null, offset: number): void => {
		if (finding !== null) findings.push({ ...finding, ...placeAt(text, offset) });
	};
	const walk = (node: YamlNode): void => {
		if (seen.has(node)) return;
		seen.add(node);
		if (node.kind === 'list') node.items.forEach(walk);
		else if (node.kind === 'scalar') {
			if (node.plain) report(scalarFinding(node.text, node.value), node.offset);
		} else
			for (const { key, name, offset, value } of node.entries) {
				report(keyFinding(key, name), offset);
				walk(value);
			}
	};
	walk(root);
	return findings;
}

function keyFinding(key: string, name: YamlValue): Unplaced | null {
	if (typeof name === 'string') return null;
	return {
		code: 'recipe-yaml-key',
		severity: 'warning',
		message: `YAML 1.1 reads the key ${key === '' ? 'that is left out' : key} as ${inWords(name)}; mergekit takes text only.`,
		hint: 'Put it in quotes if the word is meant.',
		details: { written: key },
	};
}

function scalarFinding(text: string, value: YamlValue): Unplaced | null {
	const other = resolvePlain12(text);
	if (Object.is(value, other) || (value === 0 && other === 0)) return numberInText(text, value);
	const details = { written: text, value: value instanceof YamlDate ? value.iso : value };
	const readings = `YAML 1.1 reads ${text} as ${inWords(value)}, YAML 1.2 as ${inWords(other)}`;
	if (typeof value === 'boolean')
		return {
			code: 'recipe-yaml-boolean',
			severity: 'note',
			message: `${readings}.`,
			hint: `Write ${value}, or put it in quotes if the word is meant.`,
			details,
		};
	if (typeof value === 'number')
		return {
			code: 'recipe-yaml-number',
			severity: 'warning',
			message: `${readings}.`,
			hint: 'Write the number in plain decimal digits.',
			details,
		};
	if (value instanceof YamlDate)
		return {
			code: 'recipe-yaml-date',
			severity: 'warning',
			message: `${readings}; no part of a recipe is a date.`,
			hint: 'Put it in quotes if the text is meant.',
			details,
		};
	return numberInText(text, value) ?? numberOnlyIn12(readings, details);
}

function numberOnlyIn12(readings: string, details: Finding['details']): Unplaced {
	return {
		code: 'recipe-yaml-text',
		severity: 'warning',
		message: `${readings}.`,
		hint: 'Write the number in plain decimal digits, or put it in quotes if the text is meant.',
		details,
	};
}

/** Text that mergekit makes a number of, where it wants one. */
function numberInText(text: string, value: YamlValue): Unplaced | null {
	const number = typeof value === 'string' ? coerceNumber(value) : null;
	if (number === null) return null;
	return {
		code: 'recipe-number-as-string',
		severity: 'note',
		message: `YAML 1.1 reads ${text} as text, YAML 1.2 as ${inWords(resolvePlain12(text))}; mergekit makes the number ${number} of it all the same.`,
		hint: 'Write a digit before a decimal point and a sign before the exponent, as in 1.0e-5.',
		details: { written: text, value: text },
	};
}

function inWords(value: YamlValue): string {
	if (value instanceof YamlDate) return `the date ${value.iso}`;
	if (typeof value === 'number') return `the number ${value}`;
	if (typeof value === 'string') return 'text';
	return value === null ? 'nothing' : String(value);
}
