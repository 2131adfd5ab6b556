import { readFile } from 'node:fs/promises';
import { RemeltError } from '../errors/index.ts';
import {
	checkReceipt,
	compareReceipts,
	type Difference,
	type Receipt,
	type ReceiptCheck,
} from '../receipt/index.ts';
import type { ReceiptArguments } from './args.ts';
import { EXIT, type ExitCode } from './exitCodes.ts';
import { PLAIN, type Paint } from './paint.ts';
import { resolvePath } from './paths.ts';
import { bytesText, table } from './print.ts';
import type { Terminal } from './terminal.ts';

/** Rows of differences that are shown; JSON has them all. */
const SHOWN = 20;

/** Characters of a differing value that are shown. */
const VALUE = 80;

/** A receipt's file, and what checking it came to. */
interface Checked {
	readonly file: string;
	readonly check: ReceiptCheck;
}

/** Checks a receipt, and compares it with another one; resolves to the exit status. */
export async function receiptCommand(
	{ file, other, json }: ReceiptArguments,
	folder: string,
	terminal: Terminal,
): Promise<ExitCode> {
	const checked: Checked[] = [];
	for (const name of other === null ? [file] : [file, other])
		checked.push({ file: name, check: await checkFile(resolvePath(folder, name), name) });
	const [a, b] = checked.map(({ check }) => (check.kind === 'read' ? check.receipt : null));
	const differences = a && b ? compareReceipts(a, b) : null;
	if (json) terminal.out(`${JSON.stringify(checksJson(checked, differences), null, 2)}\n`);
	else {
		const paint = terminal.paint?.out ?? PLAIN;
		terminal.out(checked.map((one) => checkText(one, paint)).join(''));
		if (differences !== null) terminal.out(differencesText(differences, paint));
	}
	if (checked.some(({ check }) => check.kind === 'malformed')) return EXIT.refused;
	const sound = checked.every(({ check }) => check.problems.length === 0);
	return sound && (differences ?? []).length === 0 ? EXIT.done : EXIT.contradicted;
}

/** @throws `file-missing` */
async function checkFile(path: string, name: string): Promise<ReceiptCheck> {
	const bytes = await readFile(path).catch((error: unknown) => {
		throw new RemeltError('file-missing', `The file ${name} cannot be read.`, {
			hint: 'Name the file of a receipt: remelt receipt check FILE.',
			details: { file: name, cause: String(error) },
			cause: error,
		});
	});
	let text: string;
	try {
		text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
	} catch {
		const message = 'The file is not UTF-8.';
		const hint = 'Get it from where it was published, without converting it.';
		return { kind: 'malformed', problems: [{ path: '', message, hint }] };
	}
	return checkReceipt(text);
}

function checksJson(
	checked: readonly Checked[],
	differences: readonly Difference[] | null,
): Readonly<Record<string, unknown>> {
	return {
		receipts: checked.map(({ file, check }) => ({
			file,
			valid: check.kind === 'read' && check.problems.length === 0,
			malformed: check.kind === 'malformed',
			...(check.kind === 'read' && summaryOf(check.receipt)),
			digest: check.kind === 'read' ? check.digest : null,
			problems: check.problems,
		})),
		equal: differences === null ? null : differences.length === 0,
		differences: differences ?? [],
	};
}

function summaryOf({ predicate, subject }: Receipt): Readonly<Record<string, unknown>> {
	const { level, finding, sentence, semantics, coverage, engine, signed } = predicate;
	return { level, finding, sentence, semantics, coverage, engine, signed, subject };
}

function checkText({ file, check }: Checked, paint: Paint): string {
	const lines =
		check.kind === 'malformed'
			? [`${file}: ${paint.red('not a receipt')}`]
			: check.problems.length > 0
				? [`${file}: ${paint.red('not valid')}`]
				: [`${file}: ${paint.green('valid')}`, ...receiptLines(check.receipt, check.digest)];
	const problems = check.problems.map(({ message, hint }) => `  ${message}\n    ${hint}`);
	return `${[...lines, ...problems].join('\n')}\n`;
}

/** What a valid receipt says, and what being valid does not mean. */
function receiptLines({ subject, predicate }: Receipt, digest: string): string[] {
	const { level, finding, sentence, semantics, coverage, engine } = predicate;
	const { tensors, of, bytes, ofBytes } = coverage;
	const read = `${bytesText(Number(bytes))} of ${bytesText(Number(ofBytes))}`;
	const files = subject.slice(0, 3).map(({ name, uri }) => `  about ${uri ?? name}`);
	const more = subject.length - files.length;
	return [
		`  ${finding}: ${tensors} of ${of} tensors, ${read}, level ${level}`,
		`  ${sentence}`,
		...files,
		...(more > 0 ? [`    and ${more} more`] : []),
		`  by Remelt ${engine.version}, semantics ${semantics}`,
		`  digest ${digest}`,
		'  It agrees with itself. It is not signed: whoever wrote it may have written anything.',
	];
}

function differencesText(differences: readonly Difference[], paint: Paint): string {
	if (differences.length === 0) return `${paint.green('The two say the same.')}\n`;
	const rows = differences
		.slice(0, SHOWN)
		.map(({ path, a, b }) => [path, shortened(a), shortened(b)]);
	const more = differences.length - rows.length;
	const fields = differences.length === 1 ? 'one field' : `${differences.length} fields`;
	return [
		`${paint.red(`The two differ in ${fields}`)}, in the first and in the second:\n`,
		table(rows),
		more > 0 ? `  and ${more} more; --json has them all\n` : '',
	].join('');
}

function shortened(value: string | null): string {
	if (value === null) return '(not there)';
	return value.length > VALUE ? `${value.slice(0, VALUE)}…` : value;
}
