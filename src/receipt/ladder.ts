import { elementsOf } from './arithmetic.ts';
import { pathText, type Problem } from './problems.ts';
import type { Receipt, ReceiptTensor } from './receiptSchema.ts';
import type { FindingWord, Level } from './report.ts';

/** Which findings a level can come to: a sample never earns `identical`. */
const FINDINGS_AT: Readonly<Record<Level, readonly FindingWord[]>> = {
	headers: ['fits', 'undecidable', 'different', 'incomplete'],
	spot: ['agrees', 'consistent', 'close', 'undecidable', 'different', 'incomplete'],
	tensor: [
		'identical',
		'explained',
		'consistent',
		'close',
		'undecidable',
		'different',
		'incomplete',
	],
	full: ['identical', 'explained', 'consistent', 'close', 'undecidable', 'different', 'incomplete'],
};

/** What a model's finding lets its tensors' be where all of them were looked at whole. */
const TENSORS_OF: Readonly<Partial<Record<FindingWord, readonly FindingWord[]>>> = {
	identical: ['identical'],
	explained: ['identical', 'explained'],
	consistent: ['identical', 'explained', 'consistent'],
	close: ['identical', 'explained', 'consistent', 'close'],
};

const HINT =
	'A finding is no better than what it rests on: this receipt was edited, or written by something else than Remelt.';

/** Where a receipt's findings claim more than their tensors and their level allow; or less. */
export function checkFindings({ predicate }: Receipt): readonly Problem[] {
	const { level, finding, tensors } = predicate;
	const problems: Problem[] = [];
	const note = (path: readonly (string | number)[], message: string): void => {
		problems.push({ path: pathText(['predicate', ...path]), message, hint: HINT });
	};
	if (!FINDINGS_AT[level].includes(finding))
		note(['finding'], `The level ${level} cannot find that a model is ${finding}.`);
	tensors.forEach((tensor, index) => {
		const problem = tensorProblem(tensor, level);
		if (problem !== null) note(['tensors', index, 'finding'], `${tensor.name}: ${problem}`);
	});
	const problem = modelProblem(predicate);
	if (problem !== null) note(['finding'], problem);
	return problems;
}

function tensorProblem(tensor: ReceiptTensor, level: Level): string | null {
	const { finding, mismatch, signOfZero, checked, witness } = tensor;
	if (!FINDINGS_AT[level].includes(finding))
		return `the level ${level} cannot find that a tensor is ${finding}.`;
	const compares = level === 'full' || level === 'tensor';
	if (compares && finding !== 'incomplete' && BigInt(checked) !== elementsOf(tensor))
		return `it is ${finding}, and not all of it was looked at.`;
	if (level === 'headers' && checked !== '0') return 'headers hold no elements to be checked.';
	if (finding === 'incomplete' && checked !== '0') return 'it is incomplete, and was looked at.';
	const exact = mismatch === '0' && (signOfZero === null || signOfZero === '0');
	if (finding === 'identical' && !exact) return 'it is identical, and elements differ.';
	if (finding === 'explained' && (witness === null || mismatch === null))
		return 'it is explained, and there is no witness.';
	return null;
}

function modelProblem({ finding, tensors, causes, level }: Receipt['predicate']): string | null {
	const has = (word: FindingWord): boolean => tensors.some((tensor) => tensor.finding === word);
	if (has('different') && finding !== 'different')
		return `A tensor is different, and the model is said to be ${finding}.`;
	// A sample decides of as many tensors as it can.
	const allowed = level === 'spot' ? undefined : TENSORS_OF[finding];
	const other = allowed && tensors.find((tensor) => !allowed.includes(tensor.finding));
	if (other !== undefined)
		return `The model is said to be ${finding}, and ${other.name} is ${other.finding}.`;
	switch (finding) {
		case 'different':
		case 'incomplete':
			return has(finding) || causes.length > 0 ? null : `Nothing says why the model is ${finding}.`;
		case 'undecidable':
			return has('incomplete') && level === 'full'
				? 'A tensor was not looked at, and the model is said to be undecidable.'
				: null;
		case 'identical':
			return tensors.length === 0 ? 'The model is said to be identical, and has no tensors.' : null;
		case 'explained':
		case 'consistent':
		case 'close':
		case 'agrees':
		case 'fits':
			return has(finding)
				? null
				: `The model is said to be ${finding}, and none of its tensors is.`;
	}
}
