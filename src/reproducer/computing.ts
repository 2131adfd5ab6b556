import { suitsGpu } from '../kernels/index.ts';
import type { BackendChoice, BackendSetting, Primitive } from '../kernels/index.ts';
import type { MergePlan } from '../merge/index.ts';

/** What a run computes with. */
export interface Computing {
	readonly setting: BackendSetting;
	/** What is asked of the kernels: the merged weights, or how the published ones differ from them. */
	readonly primitive: Primitive;
	/** Whether the plan has anything that a GPU computes. */
	readonly suits: boolean;
	/** What the workers have chosen; null as long as they have not said so. */
	readonly choice: BackendChoice | null;
}

/** What a run of a plan is going to ask for; `wanted`: the merged weights are kept. */
export function computingOf(plan: MergePlan, wanted: boolean, setting: BackendSetting): Computing {
	const compares = plan.tensors.some(({ published }) => published !== null);
	return {
		setting,
		primitive: compares && !wanted ? 'compare' : 'combine',
		suits: suitsPlan(plan),
		choice: null,
	};
}

/** Whether a plan has anything that a GPU computes. */
export function suitsPlan({ tensors }: MergePlan): boolean {
	return tensors.some(
		({ operation, dtype }) => operation.kind !== 'copy' && suitsGpu(operation, dtype),
	);
}

/** What computes, and why, in one sentence. */
export function computingText({ setting, primitive, suits, choice }: Computing): string {
	if (!suits)
		return 'WASM: nothing in this merge is a sum rounded once, which is what GPUs compute.';
	if (setting === 'wasm') return 'WASM, as you chose.';
	if (choice === null) return 'Trying the GPU…';
	if (choice.problem !== null) return `WASM: ${reasonOf(choice.problem)}`;
	const times = choice.advantage?.[primitive];
	if (choice.gpu[primitive]) {
		const name = choice.device === '' ? 'WebGPU' : `WebGPU (${choice.device})`;
		return times === undefined
			? `${name}, as you chose.`
			: `${name}: ${factor(times)} as fast as WASM here.`;
	}
	return times === undefined
		? 'WASM.'
		: `WASM: WebGPU would be ${factor(times)} as fast here, copies to and fro included.`;
}

/** Why the GPU is not used, beginning in lower case; with the tensor at which that showed. */
function reasonOf({ message, details }: NonNullable<BackendChoice['problem']>): string {
	const { tensor } = details;
	const reason = message.charAt(0).toLowerCase() + message.slice(1);
	return typeof tensor === 'string' ? `${reason.replace(/\.$/, '')}, at ${tensor}.` : reason;
}

/** `2.1×`, `0.04×`. */
function factor(times: number): string {
	return `${times >= 1 ? times.toFixed(1) : Number(times.toPrecision(1)).toString()}×`;
}
