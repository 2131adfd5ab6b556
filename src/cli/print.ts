import type { Wait } from '../hub/index.ts';
import type { Finding, RemeltError } from '../errors/index.ts';
import type { MergePlan, ParameterValue, PlannedTensor } from '../merge/index.ts';
import { percent, type Summary, type VerdictWord } from '../verify/index.ts';
import type { PreparedRun } from './inputs.ts';
import { PLAIN, type Paint } from './paint.ts';

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
export function planText(plan: MergePlan, paint: Paint = PLAIN): string {
	const { totals, seed } = plan;
	const models = Object.entries(plan.models).map(([reference, { id, revision }]) => {
		const name = reference === id ? reference : `${reference} = ${id}`;
		return `  ${name} at ${revision}`;
	});
	const drawn = seed === null ? '' : `, seed ${seed}`;
	const title = `${plan.method}: ${COUNT.format(totals.tensors)} tensors, semantics ${plan.semantics}${drawn}`;
	const lines = [
		paint.bold(title),
		...models,
		`  reads ${bytesText(totals.bytesToRead)} in ${COUNT.format(totals.requests)} requests, holds at most ${bytesText(totals.peakMemory)}`,
		`  makes ${plan.files.map(({ name, size }) => `${name} (${bytesText(size)})`).join(', ')}`,
		...plan.findings.map((finding) => findingText(finding, paint)),
	];
	return `${lines.join('\n')}\n`;
}

/** What several merges will do, one after another. */
export function plansText({ before, last }: PreparedRun, paint: Paint = PLAIN): string {
	const named = before.map(({ name, plan }) => `${name ?? ''} = ${planText(plan, paint)}`);
	return named.join('') + planText(last.plan, paint);
}

/** A row per tensor: what is done to it, from what. */
export function planTable(plan: MergePlan): string {
	return table(
		plan.tensors.map((tensor) => [
			tensor.name,
			`${tensor.dtype} [${tensor.shape.join(', ')}]`,
			treatmentText(tensor),
			tensor.inputs
				.map(({ model, tensor: name }) => (name === tensor.name ? model : `${model} ${name}`))
				.join(', '),
		]),
	);
}

function treatmentText({ operation, method, parameters }: PlannedTensor): string {
	if (operation.kind === 'copy') return 'copy';
	const values = Object.entries(parameters).map(
		([name, value]) => `${name} = ${parameterText(value)}`,
	);
	return `${method} ${values.join(', ')}`.trimEnd();
}

function parameterText(value: ParameterValue | null): string {
	if (typeof value !== 'object' || value === null) return String(value);
	const values = Object.values(value);
	const [first] = values;
	return values.every((one) => one === first) ? String(first) : `[${values.join(', ')}]`;
}

/** What came of a merge. */
export function resultText({ sentence, verdict, rows }: Summary, paint: Paint = PLAIN): string {
	const lines = [sentence];
	if (verdict) lines.push(`${paintVerdict(verdict.word, paint)}: ${verdict.reason}`);
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

function paintVerdict(word: VerdictWord, paint: Paint): string {
	if (word === 'identical' || word === 'explained' || word === 'close') return paint.green(word);
	return word === 'different' ? paint.red(word) : paint.yellow(word);
}

/** Why nothing happens for a while, and until when. */
export function waitText({ until, why, host }: Wait, now: number): string {
	const seconds = Math.max(1, Math.ceil((until - now) / 1000));
	switch (why) {
		case 'quota':
			return `${host} has been asked as often as it allows; goes on in ${seconds} s.`;
		case 'rate-limited':
			return `${host} asks to wait; goes on in ${seconds} s.`;
		case 'trouble':
			return `${host} does not answer as it should; tries again in ${seconds} s.`;
	}
}

export function findingText(
	{ severity, message, hint, line, column }: Finding,
	paint: Paint = PLAIN,
): string {
	const word =
		severity === 'error'
			? paint.red(severity)
			: severity === 'warning'
				? paint.yellow(severity)
				: paint.dim(severity);
	const place =
		line === undefined ? '' : ` (line ${line}${column === undefined ? '' : `:${column}`})`;
	return `  ${word}: ${message}${place}${hint === undefined ? '' : ` ${hint}`}`;
}

/** An error as a reader needs it: what happened and where, what to do, and a code to look up. */
export function errorText(
	{ code, message, hint, details }: Pick<RemeltError, 'code' | 'message' | 'hint' | 'details'>,
	paint: Paint = PLAIN,
): string {
	const where = [details['excerpt'], details['url']]
		.filter((text) => typeof text === 'string')
		.map((text) => `${text.replace(/^/gm, '  ')}\n`);
	return `${paint.red('remelt:')} ${message}\n${where.join('')}${hint === '' ? '' : `  ${hint}\n`}  ${paint.dim(`[${code}]`)}\n`;
}

/** Rows in columns, indented. */
export function table(rows: readonly (readonly string[])[]): string {
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
