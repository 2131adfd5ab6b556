import type { Finding, RemeltError } from '../errors/index.ts';
import type { MergePlan } from '../merge/index.ts';
import { percent, type Summary } from '../verify/index.ts';

const COUNT = new Intl.NumberFormat('en');
const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'];

/** Bytes in decimal units: `14.5 GB`. */
export function bytesText(bytes: number): string {
	let value = bytes;
	let unit = 0;
	while (value >= 1000 && unit < UNITS.length - 1) {
		value /= 1000;
		unit++;
	}
	const digits = unit === 0 || value >= 100 ? 0 : 1;
	return `${value.toFixed(digits)} ${UNITS[unit] ?? ''}`;
}

/** What a merge will do, before it does it. */
export function planText(plan: MergePlan): string {
	const { totals } = plan;
	const models = Object.entries(plan.models).map(([reference, { id, revision }]) => {
		const name = reference === id ? reference : `${reference} = ${id}`;
		return `  ${name} at ${revision}`;
	});
	const lines = [
		`${plan.method}: ${COUNT.format(totals.tensors)} tensors, semantics ${plan.semantics}`,
		...models,
		`  reads ${bytesText(totals.bytesToRead)} in ${COUNT.format(totals.requests)} requests, holds at most ${bytesText(totals.peakMemory)}`,
		`  makes ${plan.files.map(({ name, size }) => `${name} (${bytesText(size)})`).join(', ')}`,
		...plan.findings.map(findingText),
	];
	return `${lines.join('\n')}\n`;
}

/** A row per tensor: what is done to it, from what. */
export function planTable(plan: MergePlan): string {
	return table(
		plan.tensors.map(({ name, dtype, shape, operation, inputs }) => [
			name,
			`${dtype} [${shape.join(', ')}]`,
			operation.kind === 'slerp'
				? `slerp t = ${operation.t}`
				: operation.kind === 'scale'
					? `scale by ${operation.scale}`
					: 'copy',
			inputs
				.map(({ model, tensor }) => (tensor === name ? model : `${model} ${tensor}`))
				.join(', '),
		]),
	);
}

/** What came of a merge. */
export function resultText({ sentence, verdict, rows }: Summary): string {
	const lines = [sentence];
	if (verdict) lines.push(`${verdict.word}: ${verdict.reason}`);
	const unlike = rows.filter(({ identical }) => identical !== null && identical < 1);
	const shown = unlike
		.slice(0, 20)
		.map(({ name, t, angle, branch, identical, maxUlp }) => [
			name,
			t === null ? '' : `t = ${Number(t.toFixed(6))}`,
			angle === null ? '' : `${angle.toFixed(3)}° ${branch ?? ''}`,
			`${percent(identical ?? 1)} identical`,
			`${maxUlp ?? 0} ulp at most`,
		]);
	if (unlike.length > shown.length) shown.push([`and ${unlike.length - shown.length} more`]);
	return `${lines.join('\n')}\n${table(shown)}`;
}

export function findingText({ severity, message, hint }: Finding): string {
	return `  ${severity}: ${message}${hint === undefined ? '' : ` ${hint}`}`;
}

/** An error as a reader needs it: what happened and where, what to do, and a code to look up. */
export function errorText({ code, message, hint, details }: RemeltError): string {
	const where = [details['excerpt'], details['url']]
		.filter((text) => typeof text === 'string')
		.map((text) => `${text.replace(/^/gm, '  ')}\n`);
	return `remelt: ${message}\n${where.join('')}${hint === '' ? '' : `  ${hint}\n`}  [${code}]\n`;
}

/** How far a run is, on one line. */
export function progressText(progress: {
	readonly tensors: number;
	readonly of: number;
	readonly bytes: number;
	readonly ofBytes: number;
	readonly seconds: number;
}): string {
	const { tensors, of, bytes, ofBytes, seconds } = progress;
	const rate = seconds > 0 ? bytes / seconds : 0;
	const left = rate > 0 ? Math.ceil(Math.max(0, ofBytes - bytes) / rate) : null;
	const time =
		left === null ? '' : `, ${left < 90 ? `${left} s` : `${Math.round(left / 60)} min`} left`;
	return `${tensors} of ${of} tensors, ${bytesText(bytes)} of ${bytesText(ofBytes)} read, ${bytesText(rate)}/s${time}`;
}

function table(rows: readonly (readonly string[])[]): string {
	const widths: number[] = [];
	for (const row of rows)
		for (const [i, cell] of row.entries()) widths[i] = Math.max(widths[i] ?? 0, cell.length);
	return rows
		.map(
			(row) =>
				`  ${row
					.map((cell, i) => cell.padEnd(widths[i] ?? 0))
					.join('  ')
					.trimEnd()}\n`,
		)
		.join('');
}
