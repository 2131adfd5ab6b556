import type { ComponentChildren, JSX } from 'preact';
import type { Finding } from '../../errors/index.ts';

/** A number with its name, for the rows of facts. */
export function Fact(props: {
	readonly name: string;
	readonly children: ComponentChildren;
	readonly note?: string | undefined;
	readonly part?: string | undefined;
}): JSX.Element {
	return (
		<div class="rm-fact" data-part={props.part}>
			<dt>{props.name}</dt>
			<dd>
				{props.children}
				{props.note !== undefined && <small>{props.note}</small>}
			</dd>
		</div>
	);
}

/** Findings of a plan, worst first; nothing where there are none. */
export function Findings({
	findings,
}: {
	readonly findings: readonly Finding[];
}): JSX.Element | null {
	if (findings.length === 0) return null;
	const rank = { error: 0, warning: 1, note: 2 } as const;
	const sorted = [...findings].sort((a, b) => rank[a.severity] - rank[b.severity]);
	return (
		<ul class="rm-findings" data-part="findings" aria-label="Findings">
			{sorted.map((finding, at) => (
				<li key={at} data-severity={finding.severity} data-code={finding.code}>
					<b>{finding.severity}</b>
					<span>
						{finding.line !== undefined && `Line ${String(finding.line)}: `}
						{finding.message} {finding.hint !== undefined && <i>{finding.hint}</i>}
					</span>
				</li>
			))}
		</ul>
	);
}

/** The legend of a colour scale: its ends in their unit. */
export function Legend(props: {
	readonly title: string;
	readonly low: string;
	readonly high: string;
	readonly arcs: boolean;
}): JSX.Element {
	return (
		<p class="rm-legend" data-part="legend">
			<span>{props.title}</span>
			<span class="rm-ramp-ends">
				{props.low} <span class="rm-ramp" aria-hidden="true" /> {props.high}
			</span>
			{props.arcs && (
				<span>
					<span class="rm-cell rm-cell-arc rm-cell-sample" aria-hidden="true" /> slerped on the
					great circle; the others were averaged
				</span>
			)}
		</p>
	);
}

export interface ButtonProps {
	readonly action: string;
	readonly onPress: () => void;
	readonly children: ComponentChildren;
	readonly kind?: 'main' | 'plain' | 'quiet' | undefined;
	readonly disabled?: boolean | undefined;
}

/** A button of the reproducer; `action` is its stable name in `data-action`. */
export function Button(props: ButtonProps): JSX.Element {
	return (
		<button
			type="button"
			class={`rm-button rm-button-${props.kind ?? 'plain'}`}
			data-action={props.action}
			disabled={props.disabled}
			onClick={props.onPress}
		>
			{props.children}
		</button>
	);
}
