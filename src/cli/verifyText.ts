import type { FindingWord, TensorReport, VerificationReport } from '../receipt/index.ts';
import { percent } from '../verify/index.ts';
import type { PreparedRun } from './inputs.ts';
import type { Paint } from './paint.ts';
import { table } from './print.ts';

/** Tensors that are listed one by one. */
const SHOWN = 20;

/** Findings that need no line of their own. */
const FINE: readonly FindingWord[] = ['identical', 'agrees', 'fits', 'consistent'];

/** What verifying came to, for people. */
export function reportText(
	{ last }: PreparedRun,
	report: VerificationReport,
	paint: Paint,
): string {
	const { finding, sentence, coverage, causes, tensors } = report;
	const { semantics } = last.plan;
	const lines = [`${paintFinding(finding, paint)}: ${sentence}`];
	for (const { text } of causes) lines.push(text);
	lines.push(
		`Looked at ${coverage.tensors} of ${coverage.of} tensors and ${shareText(coverage)} of the weights, by the semantics of ${semantics}.`,
	);
	const unlike = tensors.filter((tensor) => !FINE.includes(tensor.finding));
	const rows = unlike.slice(0, SHOWN).map((tensor) => rowOf(tensor, paint));
	if (unlike.length > SHOWN) rows.push([`and ${unlike.length - SHOWN} more`]);
	return `${lines.join('\n')}\n${table(rows)}`;
}

function shareText({ bytes, ofBytes }: VerificationReport['coverage']): string {
	if (bytes === 0) return 'no byte';
	return bytes === ofBytes ? 'every byte' : percent(bytes / ofBytes);
}

function rowOf(tensor: TensorReport, paint: Paint): string[] {
	const { name, finding, claimed, found, witness, differences, reason } = tensor;
	const t = claimed === null ? '' : `t = ${rounded(claimed)}`;
	const range = found === null ? '' : `found ${rounded(found[0])} to ${rounded(found[1])}`;
	const recovered =
		witness === null
			? ''
			: witness.cosine === null
				? 'averaged'
				: `cosine ${rounded(witness.cosine[0])}, exactly ${rounded(witness.exact)}`;
	const unlike =
		differences === null || differences.mismatch === 0
			? ''
			: `${differences.mismatch} unlike, ${differences.maxUlp} ulp at most`;
	return [name, paintFinding(finding, paint), t, range, recovered, unlike, reason ?? ''].filter(
		(cell, column) => column < 2 || cell !== '',
	);
}

function rounded(value: number): string {
	return String(Number(value.toFixed(6)));
}

function paintFinding(finding: FindingWord, paint: Paint): string {
	if (finding === 'different') return paint.red(finding);
	return finding === 'undecidable' || finding === 'incomplete'
		? paint.yellow(finding)
		: paint.green(finding);
}

/** The same for machines. */
export function verifyJson(
	{ last, findings }: PreparedRun,
	report: VerificationReport,
	receiptDigest: string | null,
): string {
	const { plan } = last;
	const { level, finding, sentence, coverage, causes, sampleSeed } = report;
	const tensors = report.tensors.map(
		({ differences, ...tensor }): Readonly<Record<string, unknown>> => ({
			...tensor,
			mismatch: differences?.mismatch ?? null,
			maxUlp: differences?.maxUlp ?? null,
			histogram: differences?.histogram ?? null,
			worst: differences?.worst ?? null,
		}),
	);
	const { semantics, seed, models } = plan;
	const all = [...findings, ...plan.findings];
	return `${JSON.stringify({ level, finding, sentence, semantics, seed, sampleSeed, coverage, tensors, causes, models, findings: all, receiptDigest }, null, 2)}\n`;
}
