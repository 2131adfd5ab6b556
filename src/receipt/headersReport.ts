import type { MergePlan } from '../merge/index.ts';
import type { VerificationReport } from './report.ts';

/** Findings of a plan that contradict it; tensors that it does not make may be an author's addition. */
const CONTRADICTING: readonly string[] = ['published-missing', 'published-unlike'];

/** What headers alone show: names, shapes, dtypes and layers of the published model against the plan. */
export function reportOfHeaders(plan: MergePlan): VerificationReport {
	const about = plan.findings.filter(({ code }) => code.startsWith('published-'));
	const contradicted = about.some(({ code }) => CONTRADICTING.includes(code));
	const there = plan.tensors.filter(({ published }) => published !== null);
	const finding = contradicted ? 'different' : about.length > 0 ? 'incomplete' : 'fits';
	const count = new Intl.NumberFormat('en').format(plan.tensors.length);
	return {
		level: 'headers',
		finding,
		sentence:
			finding === 'fits'
				? `All ${count} tensors of the merge are there, in its shapes and dtypes; no weight was read.`
				: `${new Intl.NumberFormat('en').format(there.length)} of ${count} tensors of the merge are there in its shapes and dtypes; no weight was read.`,
		coverage: {
			tensors: there.length,
			of: plan.tensors.length,
			bytes: 0,
			ofBytes: plan.tensors.reduce((sum, { bytes }) => sum + bytes, 0),
		},
		tensors: plan.tensors.map(({ name, dtype, shape, method, published }) => ({
			name,
			dtype,
			shape,
			method,
			finding: published === null ? 'different' : 'fits',
			checked: 0,
			differences: null,
			witness: null,
			claimed: null,
			found: null,
			theta: null,
			branch: null,
			published: null,
			reason: published === null ? 'Missing, or of another shape or dtype.' : null,
		})),
		causes: about.map(({ code, message }) => ({ code, text: message })),
		sampleSeed: null,
	};
}
