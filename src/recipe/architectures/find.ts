import { RemeltError } from '../../errors/index.ts';
import { EXPERT } from './build.ts';
import { configCount, readConfig } from './config.ts';
import { inferArchitecture } from './infer.ts';
import { REGISTRY, type RegisteredArchitecture } from './registry.ts';
import type { Architecture, ArchitectureFacts, WeightTemplate } from './types.ts';

/** The class names of all architectures that are known. */
export const ARCHITECTURE_NAMES: readonly string[] = [
	...new Set(REGISTRY.map(({ className }) => className)),
];

/**
 * The architecture of a model by the text of its `config.json`, which must name exactly one. Where a
 * class can be laid out in several ways, `tensors`, the checkpoint's names, tell which it is; without
 * them it is the way in which it was published. `override` stands for the class that the file names.
 * @throws `architecture-unknown`
 */
export function findArchitecture(
	configText: string,
	tensors: Iterable<string> = [],
	override?: string,
): Architecture {
	const config = readConfig(configText);
	const names = override === undefined ? classNames(config) : [override];
	const [name] = names;
	const candidates =
		names.length === 1 ? REGISTRY.filter(({ className }) => className === name) : [];
	if (candidates.length === 0) throw unknown(names);
	return expanded(choose(candidates, config, [...tensors]).architecture, config);
}

/** An architecture by its class name, or null. */
export function architectureNamed(name: string): Architecture | null {
	return REGISTRY.find(({ className }) => className === name)?.architecture ?? null;
}

/**
 * The one architecture that all models have. A class that is not known is told from the weight files,
 * if all models are of that class.
 * @param overrides class names that stand for those of `config.json`, by model
 * @throws `architecture-unknown`, `architecture-mismatch`
 */
export function commonArchitecture(
	models: readonly ArchitectureFacts[],
	overrides: Readonly<Record<string, string>> = {},
): Architecture {
	const named = models.map(({ model, config }) => {
		const override = Object.hasOwn(overrides, model) ? overrides[model] : undefined;
		return override === undefined ? classNames(readConfig(config)) : [override];
	});
	const isKnown = (names: readonly string[]): boolean =>
		REGISTRY.some(({ className }) => names.length === 1 && className === names[0]);
	const [first, ...others] = named;
	const sole = first?.length === 1 ? first[0] : undefined;
	if (sole !== undefined && !isKnown([sole]) && others.every((names) => names.join() === sole))
		return inferArchitecture(sole, models);
	const strange = named.find((names) => !isKnown(names));
	if (strange !== undefined) throw unknown(strange);
	const found = models.map(({ config, tensors }, index) =>
		findArchitecture(config, tensors.keys(), named[index]?.[0]),
	);
	return same(models, found);
}

function same(models: readonly ArchitectureFacts[], found: readonly Architecture[]): Architecture {
	const [wanted] = found;
	if (wanted === undefined) throw new RangeError('no models to take an architecture from');
	const index = found.findIndex(
		({ name, layout }) => name !== wanted.name || layout !== wanted.layout,
	);
	const other = found[index];
	if (other === undefined) return sameExperts(models, found, wanted);
	const [model = '', another = ''] = [models[0]?.model, models[index]?.model];
	const details = {
		model,
		architecture: wanted.name,
		layout: wanted.layout,
		other: another,
		otherArchitecture: other.name,
		otherLayout: other.layout,
	};
	if (wanted.name === other.name)
		throw new RemeltError(
			'architecture-mismatch',
			`The files of ${model} and ${another} lay out a ${wanted.name} in two ways: ${wanted.layout} and ${other.layout}.`,
			{
				hint: 'Write one of them anew in the other’s layout, by loading and saving it with transformers.',
				details,
			},
		);
	throw new RemeltError(
		'architecture-mismatch',
		`${model} is a ${wanted.name} and ${another} is a ${other.name}.`,
		{
			hint: 'Models can be merged when their tensors play the same roles: use models of one architecture.',
			details,
		},
	);
}

/** Models with the same classes, of which some may have more experts than others. */
function sameExperts(
	models: readonly ArchitectureFacts[],
	found: readonly Architecture[],
	wanted: Architecture,
): Architecture {
	const size = weightsOf(wanted);
	const index = found.findIndex((other) => weightsOf(other) !== size);
	if (index < 0) return wanted;
	const [model = '', other = ''] = [models[0]?.model, models[index]?.model];
	const key = wanted.expertsKeys.join(' or ');
	throw new RemeltError(
		'architecture-mismatch',
		`${model} and ${other} have different numbers of experts (${key} in config.json).`,
		{
			hint: 'Models with experts can be merged when they have as many.',
			details: { model, other, key },
		},
	);
}

function weightsOf({ modules }: Architecture): number {
	return modules.reduce((sum, { layer }) => sum + layer.length, 0);
}

function choose(
	candidates: readonly RegisteredArchitecture[],
	config: Readonly<Record<string, unknown>>,
	tensors: readonly string[],
): RegisteredArchitecture {
	const [first, ...others] = candidates;
	if (first === undefined) throw new RangeError('no architectures to choose from');
	if (others.length === 0) return first;
	const fits = ({ modelType, marker }: RegisteredArchitecture): boolean =>
		modelType === undefined
			? marker !== undefined && tensors.some((name) => name.includes(marker))
			: modelType === config['model_type'];
	return candidates.find(fits) ?? first;
}

/** The templates of experts written out, one for each expert that the config counts. */
function expanded(
	architecture: Architecture,
	config: Readonly<Record<string, unknown>>,
): Architecture {
	const { expertsKeys, modules, name } = architecture;
	const each = modules.some(({ layer }) => layer.some((template) => hasExpert(template)));
	if (!each) return architecture;
	const experts = expertsKeys
		.map((key) => configCount(config, key))
		.find((count) => count !== null);
	if (experts === undefined || experts === 0)
		throw new RemeltError(
			'architecture-unknown',
			`The config.json of a ${name} does not count its experts.`,
			{
				hint: `It should have the key ${expertsKeys.join(' or ')} with a whole number above 0.`,
				details: { architecture: name, key: expertsKeys.join(' or ') },
			},
		);
	const numbered = (template: WeightTemplate, expert: number): WeightTemplate => ({
		...template,
		name: template.name.replace(EXPERT, String(expert)),
		aliases: template.aliases.map((alias) => alias.replace(EXPERT, String(expert))),
	});
	const all = Array.from({ length: experts }, (_, expert) => expert);
	return {
		...architecture,
		modules: modules.map((module) => ({
			...module,
			layer: module.layer.flatMap((template) =>
				hasExpert(template) ? all.map((expert) => numbered(template, expert)) : [template],
			),
		})),
	};
}

function hasExpert({ name }: WeightTemplate): boolean {
	return name.includes(EXPERT);
}

function unknown(names: readonly string[]): RemeltError {
	const [name] = names;
	const known = ARCHITECTURE_NAMES.join(', ');
	return new RemeltError(
		'architecture-unknown',
		name === undefined
			? 'The config.json does not name an architecture.'
			: names.length > 1
				? `The config.json names ${names.length} architectures: ${names.join(', ')}.`
				: `The architecture ${name} is not known to Remelt.`,
		{
			hint: `Remelt knows the tensors of ${known}.`,
			details: { architecture: names.join(', '), known },
		},
	);
}

function classNames({ architectures }: Readonly<Record<string, unknown>>): readonly string[] {
	if (!Array.isArray(architectures)) return [];
	return architectures.filter((name) => typeof name === 'string');
}
