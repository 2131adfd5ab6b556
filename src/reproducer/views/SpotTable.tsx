import { useMemo } from 'preact/hooks';
import type { JSX } from 'preact';
import type { SpotFinding } from '../../verify/index.ts';
import { formatCount } from '../format.ts';
import { anglesText, intervalText } from '../spotTexts.ts';
import { branchText } from '../texts.ts';
import { SortableTable } from './SortableTable.tsx';
import type { Column } from './SortableTable.tsx';

const NOTHING = '–';

/** Worst first. */
const RANK: Readonly<Record<SpotFinding['finding'], number>> = {
	different: 0,
	undecidable: 1,
	close: 2,
	consistent: 3,
	agrees: 4,
};

const NAME: Column<SpotFinding> = {
	key: 'name',
	title: 'Tensor',
	cell: ({ name }) => <code>{name}</code>,
	order: ({ name }) => name,
};

const FINDING: Column<SpotFinding> = {
	key: 'finding',
	title: 'Finding',
	cell: ({ finding }) => (
		<b class="rm-word" data-finding={finding}>
			{finding}
		</b>
	),
	order: ({ finding }) => RANK[finding],
};

const T: readonly Column<SpotFinding>[] = [
	{
		key: 'claimed',
		title: 'Claimed t',
		numeric: true,
		cell: ({ claimed }) => (claimed === null ? NOTHING : String(Number(claimed.toFixed(6)))),
		order: ({ claimed }) => claimed,
	},
	{
		key: 'found',
		title: 'Found t',
		numeric: true,
		cell: ({ found }) => (found === null ? NOTHING : intervalText(found)),
		order: ({ found }) => (found === null ? null : (found[0] + found[1]) / 2),
	},
];

const ANGLE: readonly Column<SpotFinding>[] = [
	{
		key: 'theta',
		title: 'Angle θ',
		numeric: true,
		cell: ({ theta }) => (theta === null ? NOTHING : anglesText(theta)),
		order: ({ theta }) => theta?.[0] ?? null,
	},
	{
		key: 'branch',
		title: 'Path',
		cell: ({ branch }) => (branch === null ? NOTHING : branchText(branch)),
		order: ({ branch }) => branch,
	},
];

const ELEMENTS: readonly Column<SpotFinding>[] = [
	{
		key: 'checked',
		title: 'Elements',
		numeric: true,
		cell: ({ checked }) => formatCount(checked),
		order: ({ checked }) => checked,
	},
	{
		key: 'mismatch',
		title: 'Contradict',
		numeric: true,
		cell: ({ mismatch }) => formatCount(mismatch),
		order: ({ mismatch }) => mismatch,
	},
];

const REASON: Column<SpotFinding> = {
	key: 'reason',
	title: 'Reason',
	cell: ({ reason }) => <span class="rm-reason">{reason}</span>,
	order: ({ reason }) => reason,
};

/** What a spot check found of each tensor, contradictions first. */
export function SpotTable(props: {
	readonly findings: readonly SpotFinding[];
	readonly selected: number | null;
	readonly onSelect: (index: number) => void;
}): JSX.Element {
	const { findings } = props;
	const rows = useMemo(
		() => findings.toSorted((a, b) => RANK[a.finding] - RANK[b.finding] || a.index - b.index),
		[findings],
	);
	const hasT = findings.some(({ claimed }) => claimed !== null);
	return (
		<SortableTable
			caption="What was found, tensor by tensor"
			columns={[NAME, FINDING, ...(hasT ? T : []), REASON, ...(hasT ? ANGLE : []), ...ELEMENTS]}
			rows={rows}
			index={({ index }) => index}
			name={({ name }) => name}
			selected={props.selected}
			onSelect={props.onSelect}
		/>
	);
}
