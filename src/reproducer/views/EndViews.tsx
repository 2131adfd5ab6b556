import type { JSX } from 'preact';
import type { SerializedError } from '../../errors/index.ts';
import { formatBytes, formatCount } from '../format.ts';
import type { State } from '../state.ts';
import { Button } from './parts.tsx';

/** A run that the reader stopped. */
export function CancelledView(props: {
	readonly state: Extract<State, { phase: 'cancelled' }>;
	readonly onAgain: () => void;
	readonly onClose: () => void;
}): JSX.Element {
	const { progress, plan, spot } = props.state;
	const { tensors } = (spot ?? plan).totals;
	return (
		<div class="rm-body">
			<h3>Cancelled</h3>
			<p>
				{formatCount(progress.tensorsDone)} of {formatCount(tensors)} tensors were done,{' '}
				{formatBytes(progress.bytesRead)} had been read. Nothing was kept, and no file is left.
			</p>
			<p class="rm-actions">
				<Button action="again" kind="main" onPress={props.onAgain}>
					{spot === null ? 'Run again' : 'Back to the plan'}
				</Button>
				<Button action="close" kind="quiet" onPress={props.onClose}>
					Close
				</Button>
			</p>
		</div>
	);
}

/** What the details of an error are called. */
const DETAIL_NAMES: Readonly<Record<string, string>> = {
	file: 'File',
	tensor: 'Tensor',
	model: 'Model',
	repo: 'Repo',
	url: 'Address',
	expected: 'Expected',
	found: 'Found',
	received: 'Received',
	line: 'Line',
	column: 'Column',
	method: 'Method',
	status: 'Status',
	errorCode: 'Reason',
	parameter: 'Parameter',
};

/** An address as it is shown: what was asked for, not how. */
function withoutQuery(url: string): string {
	return url.replace(/[?#].*$/s, '');
}

/** Something went wrong: what, where, and what to do about it. */
export function ErrorView(props: {
	readonly error: SerializedError;
	/** How far it got; null: before anything ran. */
	readonly reached: string | null;
	readonly onRetry: (() => void) | null;
	/** Merges without comparing; null where that would not help. */
	readonly onWithout: (() => void) | null;
	/** Rehearses on toy weights, which need no Hub; null where that would not help. */
	readonly onRehearse: (() => void) | null;
	readonly onClose: () => void;
}): JSX.Element {
	const { error } = props;
	const { excerpt, ...rest } = error.details;
	const details = Object.entries(rest).filter(([, value]) => value !== null);
	return (
		<div class="rm-body rm-error" role="alert" data-error-code={error.code}>
			<h3>{error.message}</h3>
			{typeof excerpt === 'string' && (
				<pre class="rm-excerpt" tabIndex={0}>
					{excerpt}
				</pre>
			)}
			{details.length > 0 && (
				<dl class="rm-where" data-part="details">
					{details.map(([name, value]) => (
						<div key={name}>
							<dt>{DETAIL_NAMES[name] ?? name}</dt>
							<dd>
								{name === 'url' ? (
									<a href={String(value)} target="_blank" rel="noreferrer">
										<code>{withoutQuery(String(value))}</code>
									</a>
								) : (
									<code>{String(value)}</code>
								)}
							</dd>
						</div>
					))}
				</dl>
			)}
			<p data-part="hint">
				<b>What to do.</b> {error.hint === '' ? DEFAULT_HINT : error.hint}
			</p>
			<p class="rm-soft">
				{props.reached !== null && `${props.reached} Nothing half-written was left. `}
				Error code <code>{error.code}</code>.
			</p>
			<p class="rm-actions">
				{props.onRetry !== null && (
					<Button action="retry" kind="main" onPress={props.onRetry}>
						Try again
					</Button>
				)}
				{props.onRehearse !== null && (
					<Button action="rehearse-instead" onPress={props.onRehearse}>
						Rehearse on toy weights
					</Button>
				)}
				{props.onWithout !== null && (
					<Button action="without-published" onPress={props.onWithout}>
						Merge without comparing
					</Button>
				)}
				<Button action="close" kind="quiet" onPress={props.onClose}>
					Close
				</Button>
			</p>
		</div>
	);
}

const DEFAULT_HINT =
	'Try again; if it happens again, report it with the error code and the recipe.';
