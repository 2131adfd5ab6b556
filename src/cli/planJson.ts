import type { Finding } from '../errors/index.ts';
import type { Draws, MergePlan, ParameterValue, TiesOrder } from '../merge/index.ts';
import type { Dtype } from '../tensors/index.ts';
import type { PreparedRun } from './inputs.ts';

/** Plans as `remelt plan --json` prints them: the last one, and those that come before it. */
export interface PlansJson extends PlanJson {
	/** Empty unless the recipe has several documents. */
	readonly merges: readonly (PlanJson & { readonly name: string })[];
}

/** What is printed of a merge. */
export interface PlanJson {
	readonly method: string;
	readonly semantics: string;
	readonly seed: number | null;
	readonly ties: TiesOrder;
	readonly outputs: readonly OutputJson[];
	readonly totals: MergePlan['totals'];
	readonly files: readonly { readonly name: string; readonly size: number }[];
	readonly models: MergePlan['models'];
	readonly findings: readonly Finding[];
}

/** An output tensor. Offsets count from the start of the file. */
export interface OutputJson {
	readonly name: string;
	readonly dtype: Dtype;
	readonly shape: readonly number[];
	readonly method: string;
	readonly parameters: Readonly<Record<string, ParameterValue>>;
	readonly inputs: readonly {
		readonly model: string;
		readonly tensor: string;
		readonly file: string;
		readonly start: number;
		readonly end: number;
	}[];
	readonly draws: readonly Draws[] | null;
}

/** The plans of a command line, with what is odd about the recipe's text. */
export function plansJson({ before, last, findings }: PreparedRun): PlansJson {
	const merges = before.map(({ name, plan }) => ({
		name: name ?? '',
		...planJson(plan, plan.findings),
	}));
	return { ...planJson(last.plan, [...findings, ...last.plan.findings]), merges };
}

/** A plan without what only a run needs; in the plan's order. */
function planJson(plan: MergePlan, findings: readonly Finding[]): PlanJson {
	const { method, semantics, seed, ties, totals, models } = plan;
	return {
		method,
		semantics,
		seed,
		ties,
		outputs: plan.tensors.map((tensor) => ({
			name: tensor.name,
			dtype: tensor.dtype,
			shape: tensor.shape,
			method: tensor.method,
			parameters: tensor.parameters,
			inputs: tensor.inputs.map(({ model, tensor: name, file, start, end }) => ({
				model,
				tensor: name,
				file,
				start,
				end,
			})),
			draws: tensor.draws,
		})),
		totals,
		files: plan.files.map(({ name, size }) => ({ name, size })),
		models,
		findings,
	};
}
