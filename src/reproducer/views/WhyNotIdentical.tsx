import type { JSX } from 'preact';
import { angleOf } from '../../merge/index.ts';
import type { MergePlan, TensorResult } from '../../merge/index.ts';
import { formatCount, formatNumber } from '../format.ts';

interface Unlike {
	readonly name: string;
	readonly result: TensorResult;
	readonly differing: number;
}

/** The tensors that differ from a plain re-run, with what explains them; nothing where none does. */
export function WhyNotIdentical(props: {
	readonly plan: MergePlan;
	readonly results: readonly TensorResult[];
}): JSX.Element | null {
	const unlike = props.results.flatMap((result): Unlike[] => {
		const { comparison, index } = result;
		const tensor = props.plan.tensors[index];
		if (tensor === undefined || comparison === null) return [];
		const differing = comparison.elements - comparison.identical;
		return differing === 0 ? [] : [{ name: tensor.name, result, differing }];
	});
	if (unlike.length === 0) return null;
	return (
		<section aria-label="Why not identical?" data-part="why-not-identical">
			<h4>Why not identical?</h4>
			<p class="rm-soft">
				{formatCount(unlike.length)} of {formatCount(props.results.length)} tensors differ somewhere
				from what a plain re-run gives. A recovered cosine is the one that slerp came to on the
				author’s machine: with it every bit is as published.
			</p>
			<div
				class="rm-tablescroll"
				role="region"
				aria-label="Tensors that are not identical"
				tabIndex={0}
			>
				<table class="rm-table rm-cards" role="table">
					<thead role="rowgroup">
						<tr role="row">
							{TITLES.map((title, at) => (
								<th key={title} scope="col" role="columnheader" class={at === 0 ? '' : 'rm-number'}>
									{title}
								</th>
							))}
						</tr>
					</thead>
					<tbody role="rowgroup">
						{unlike.map((one) => (
							<Row key={one.result.index} {...one} />
						))}
					</tbody>
				</table>
			</div>
		</section>
	);
}

const TITLES = [
	'Tensor',
	'Claimed t',
	'Elements that differ',
	'Recovered cosine',
	'Exact cosine',
] as const;

function Row({ name, result, differing }: Unlike): JSX.Element {
	const witness = result.explanation?.witness ?? null;
	const angle = angleOf(result);
	const exact = witness?.exact ?? angle?.cosine ?? null;
	const cells = [
		angle === null ? '–' : formatNumber(angle.t),
		formatCount(differing),
		recoveredText(result),
		exact === null ? '–' : exact.toFixed(7),
	];
	return (
		<tr role="row" data-explained={witness !== null}>
			<th scope="row" role="rowheader">
				<code>{name}</code>
			</th>
			{cells.map((cell, at) => (
				<td key={TITLES[at + 1]} role="cell" class="rm-number" data-title={TITLES[at + 1]}>
					{cell}
				</td>
			))}
		</tr>
	);
}

/** The cosine with which every bit agrees; or that there is none, or none was looked for. */
function recoveredText({ explanation }: TensorResult): string {
	if (explanation === null) return 'not sought';
	const { witness, refuted } = explanation;
	if (witness === null) return refuted ? 'none gives these bits' : 'not found';
	if (witness.cosine === null) return 'averaged';
	return ((witness.cosine[0] + witness.cosine[1]) / 2).toFixed(7);
}
