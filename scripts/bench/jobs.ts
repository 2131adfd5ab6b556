/** The merge methods that are measured on a single tensor, as both Remelt and mergekit are asked. */
import type { FormulaSpec, RandomSource } from '../../src/kernels/index.ts';
import { findMethod, type MethodContext, type TiesOrder } from '../../src/merge/index.ts';
import { findSemantics } from '../../src/recipe/index.ts';

/** Parameters by name. */
export type Values = Readonly<Record<string, number | boolean>>;

/** A method with its parameters. */
export interface Job {
	readonly name: string;
	/** `merge_method` in recipes. */
	readonly method: string;
	/** Whether the first input is the base, apart from the models. */
	readonly base: boolean;
	/** Further inputs. */
	readonly models: number;
	/** For the tensor. */
	readonly parameters: Values;
	/** For each model. */
	readonly perModel: readonly Values[];
	/**
	 * Bytes of bf16 per parameter that the formula reads and writes where nothing is kept between its
	 * passes; null where how often it looks is its own business.
	 */
	readonly bytes: number | null;
	/** Whether `--ties` makes a difference. */
	readonly ties: boolean;
}

const WEIGHTS: readonly Values[] = [{ weight: 0.6 }, { weight: 0.4 }];

function thinned(more: Values): readonly Values[] {
	return WEIGHTS.map((values) => ({ ...values, density: 0.5, ...more }));
}

type Described = Pick<Job, 'method'> & Partial<Job>;

function job(described: Described): Job {
	const { method, base = true, perModel = [] } = described;
	const models = described.models ?? Math.max(1, perModel.length);
	const rest = { parameters: {}, perModel, bytes: null, ties: false };
	return { name: method, base, models, ...rest, ...described };
}

/** Two models and, where the method has one, a base. */
export const JOBS: readonly Job[] = [
	job({ method: 'slerp', parameters: { t: 0.3 }, bytes: 10 }),
	job({ method: 'linear', base: false, perModel: WEIGHTS, bytes: 6 }),
	job({
		name: 'passthrough, scaled',
		method: 'passthrough',
		base: false,
		perModel: [{ scale: 0.5 }],
		bytes: 4,
	}),
	job({ method: 'task_arithmetic', perModel: WEIGHTS, bytes: 8 }),
	job({ method: 'ties', perModel: thinned({}), ties: true }),
	job({ method: 'dare_linear', perModel: thinned({}) }),
	job({ method: 'breadcrumbs', perModel: thinned({ gamma: 0.01 }), ties: true }),
	job({ method: 'della', perModel: thinned({ epsilon: 0.1 }), ties: true }),
	job({ method: 'model_stock', models: 2 }),
	job({ method: 'nuslerp', base: false, perModel: WEIGHTS }),
];

/** How many tensors a job has as its inputs. */
export function inputsOf({ base, models }: Job): number {
	return models + (base ? 1 : 0);
}

/** The seed of random methods, here and in mergekit. */
export const SEED = 0;

const RANDOM: RandomSource = { kind: 'mt19937', seed: SEED };

/** What a plan would make of the job for a bf16 tensor of a shape. */
export function formulaOf(
	job: Job,
	shape: readonly [number, number],
	{ semantics, ties }: { readonly semantics: string; readonly ties: TiesOrder },
): FormulaSpec {
	const method = findMethod(job.method);
	const number = (name: string, model?: number): number | null => {
		const given =
			(model === undefined ? undefined : job.perModel[model]?.[name]) ?? job.parameters[name];
		const defined = method.parameters.find((parameter) => parameter.name === name);
		const value = given ?? defined?.default;
		if (value === undefined) throw new RangeError(`${job.name} gives no ${name}`);
		return value === null ? null : Number(value);
	};
	const required = (name: string, model?: number): number => {
		const value = number(name, model);
		if (value === null) throw new RangeError(`${job.name} gives no ${name}`);
		return value;
	};
	const elements = shape[0] * shape[1];
	const models = Array.from({ length: job.models }, (_, i) => `model-${i}`);
	const context: MethodContext = {
		tensor: 'weight',
		shape,
		elements,
		semantics: findSemantics(semantics),
		work: 'BF16',
		models: method.base === 'one-of' ? ['base', ...models] : models,
		hasBase: job.base && method.base !== 'one-of',
		random: RANDOM,
		ties,
		number,
		required,
		flag: (name) => required(name) !== 0,
		invalid: (name, problem) => {
			throw new RangeError(`${job.name}: ${name} ${problem}`);
		},
	};
	const operation = method.plan(context);
	if (operation.kind === 'copy') throw new RangeError(`${job.name} computes nothing`);
	return withDraws(operation, elements);
}

/** Gives each term that draws its place in the stream, as if the tensor were the first. */
function withDraws(spec: FormulaSpec, elements: number): FormulaSpec {
	if (spec.kind !== 'task-vectors' || spec.random === null) return spec;
	let next = 0;
	const terms = spec.terms.map((term) => {
		if (term.density >= 1) return term;
		const draws = next;
		next += elements;
		return { ...term, draws };
	});
	return { ...spec, terms };
}
