import { findMethod, methodNames } from '../merge/index.ts';
import type { MergeMethod, MethodParameter } from '../merge/index.ts';
import { methodSince } from '../recipe/index.ts';
import type { MethodsArguments } from './args.ts';
import { PLAIN } from './paint.ts';
import { table } from './print.ts';
import type { Terminal } from './terminal.ts';

/** Shows the methods, or one of them. @throws `method-unknown`, `method-unsupported` */
export function showMethods({ name, json }: MethodsArguments, terminal: Terminal): void {
	const methods = name === null ? methodNames().map(findMethod) : [findMethod(name)];
	const paint = terminal.paint?.out ?? PLAIN;
	if (json) {
		const shown = methods.map(methodJson);
		terminal.out(`${JSON.stringify(name === null ? shown : shown[0], null, 2)}\n`);
	} else if (name === null) {
		const rows = methods.map((method) => [method.name, method.summary]);
		terminal.out(`${table(rows)}\nremelt methods NAME says more about one of them.\n`);
	} else {
		for (const method of methods)
			terminal.out(`${paint.bold(method.name)} (${method.label})\n${methodText(method)}`);
	}
}

function methodJson(method: MergeMethod): Readonly<Record<string, unknown>> {
	const { name, label, summary, models, base } = method;
	return {
		name,
		label,
		summary,
		base,
		models: { min: models.min, max: Number.isFinite(models.max) ? models.max : null },
		since: methodSince(name),
		parameters: method.parameters.map((parameter) => ({
			name: parameter.name,
			scope: parameter.scope,
			required: parameter.default === undefined,
			default: parameter.default ?? null,
			meaning: parameter.meaning,
		})),
	};
}

const BASES: Readonly<Record<MergeMethod['base'], string>> = {
	none: 'base_model is not needed; one that is given is a model like any other.',
	'one-of': 'base_model is needed and is one of the models: it comes first.',
	apart: 'base_model is needed: what the models are compared with, not counted among them.',
	optional: 'base_model may be given: what the models are compared with, not counted among them.',
};

function methodText(method: MergeMethod): string {
	const since = methodSince(method.name);
	const lines = [
		`  ${method.summary}`,
		`  Takes ${countText(method.models)}. ${BASES[method.base]}`,
		...(since === null ? [] : [`  mergekit has had it since ${since}.`]),
	];
	const parameters = method.parameters.map(parameterRow);
	const heading = parameters.length === 0 ? '  It takes no parameters.\n' : '\nParameters:\n';
	return `${lines.join('\n')}\n${heading}${table(parameters)}`;
}

function countText({ min, max }: MergeMethod['models']): string {
	if (min === max) return min === 1 ? 'one model' : `${min} models`;
	return Number.isFinite(max) ? `${min} to ${max} models` : `${min} or more models`;
}

function parameterRow({ name, scope, meaning, default: value }: MethodParameter): string[] {
	const where = scope === 'model' ? 'per model' : 'per tensor';
	const given = value === undefined ? 'required' : value === null ? 'optional' : `default ${value}`;
	return [name, where, given, meaning];
}
