import type { JSX } from 'preact';
import { angleOf, settingOf } from '../../merge/index.ts';
import type { MergePlan, PlannedTensor, TensorResult } from '../../merge/index.ts';
import { formatAngle, formatBytes, formatCount, formatNumber } from '../format.ts';
import { degreesOf, shareOf } from '../grid.ts';
import type { PlannedIndex } from '../grid.ts';
import { percent } from '../../verify/index.ts';
import { branchText, inputsText, operationText } from '../texts.ts';
import { SortableTable } from './SortableTable.tsx';
import type { Column } from './SortableTable.tsx';

interface TableProps {
	readonly plan: MergePlan;
	readonly selected: number | null;
	readonly onSelect: (index: number) => void;
}

const PLAN_COLUMNS: readonly Column<PlannedIndex>[] = [
	{
		key: 'name',
		title: 'Tensor',
		cell: ({ tensor }) => <code>{tensor.name}</code>,
		order: ({ tensor }) => tensor.name,
	},
	{
		key: 'operation',
		title: 'Gets',
		cell: ({ tensor }) => operationText(tensor),
		order: ({ tensor }) => settingOf(tensor).value,
	},
	{
		key: 'from',
		title: 'From',
		cell: ({ tensor }) => inputsText(tensor),
		order: ({ tensor }) => inputsText(tensor),
	},
	{
		key: 'shape',
		title: 'Shape',
		cell: ({ tensor }) => shapeText(tensor),
		order: ({ tensor }) => tensor.elements,
	},
	{
		key: 'bytes',
		title: 'Size',
		numeric: true,
		cell: ({ tensor }) => formatBytes(tensor.bytes),
		order: ({ tensor }) => tensor.bytes,
	},
];

/** What each tensor of a plan gets. */
export function PlanTable({ plan, selected, onSelect }: TableProps): JSX.Element {
	return (
		<SortableTable
			caption="The plan, tensor by tensor"
			columns={PLAN_COLUMNS}
			rows={plan.tensors.map((tensor, index) => ({ tensor, index }))}
			index={({ index }) => index}
			name={({ tensor }) => tensor.name}
			selected={selected}
			onSelect={onSelect}
		/>
	);
}

function shapeText(tensor: PlannedTensor): string {
	return `${tensor.shape.join(' × ') || 'scalar'} ${tensor.dtype}`;
}

/** A tensor with what came of it. */
interface Merged extends PlannedIndex {
	readonly result: TensorResult;
}

const NOTHING = '–';

type Angle = NonNullable<ReturnType<typeof angleOf>>;

function show(result: TensorResult, text: (angle: Angle) => string): string {
	const angle = angleOf(result);
	return angle === null ? NOTHING : text(angle);
}

function degreesAt(result: TensorResult): number | null {
	const angle = angleOf(result);
	return angle === null ? null : degreesOf(angle.cosine);
}

const RESULT_COLUMNS: readonly Column<Merged>[] = [
	{
		key: 'name',
		title: 'Tensor',
		cell: ({ tensor }) => <code>{tensor.name}</code>,
		order: ({ tensor }) => tensor.name,
	},
	{
		key: 'method',
		title: 'Method',
		cell: ({ tensor }) => (tensor.operation.kind === 'slerp' ? 'slerp' : operationText(tensor)),
		order: ({ tensor }) => operationText(tensor),
	},
	{
		key: 't',
		title: 't',
		numeric: true,
		cell: ({ result }) => show(result, ({ t }) => formatNumber(t)),
		order: ({ result }) => angleOf(result)?.t ?? null,
	},
	{
		key: 'angle',
		title: 'Angle',
		numeric: true,
		cell: ({ result }) => show(result, ({ cosine }) => formatAngle(cosine)),
		order: ({ result }) => degreesAt(result),
	},
	{
		key: 'branch',
		title: 'Path',
		cell: ({ result }) => show(result, ({ branch }) => branchText(branch)),
		order: ({ result }) => angleOf(result)?.branch ?? null,
	},
];

const COMPARED_COLUMNS: readonly Column<Merged>[] = [
	{
		key: 'identical',
		title: 'Identical',
		numeric: true,
		cell: ({ result: { comparison } }) =>
			comparison === null ? NOTHING : percent(shareOf(comparison)),
		order: ({ result: { comparison } }) => (comparison === null ? null : shareOf(comparison)),
	},
	{
		key: 'worst',
		title: 'Furthest',
		numeric: true,
		cell: ({ result: { comparison } }) =>
			comparison === null ? NOTHING : `${formatCount(comparison.maxUlp)} ulp`,
		order: ({ result: { comparison } }) => comparison?.maxUlp ?? null,
	},
];

/** What came of each tensor; columns on the published model only where there was one. */
export function ResultTable(
	props: TableProps & { readonly results: readonly TensorResult[] },
): JSX.Element {
	const { plan, results, selected, onSelect } = props;
	const compared = results.some(({ comparison }) => comparison !== null);
	const rows = results.flatMap((result) => {
		const tensor = plan.tensors[result.index];
		return tensor === undefined ? [] : [{ index: result.index, tensor, result }];
	});
	return (
		<SortableTable
			caption="What came of each tensor"
			columns={compared ? [...RESULT_COLUMNS, ...COMPARED_COLUMNS] : RESULT_COLUMNS}
			rows={rows}
			index={({ index }) => index}
			name={({ tensor }) => tensor.name}
			selected={selected}
			onSelect={onSelect}
		/>
	);
}
