/**
 * Every way in which Remelt can fail on purpose. A closed set: a new code needs a line here and a
 * test that provokes it.
 */
export type ErrorCode =
	// recipes and plans
	| 'recipe-syntax'
	| 'recipe-invalid'
	| 'recipe-unsupported'
	| 'recipe-missing'
	| 'lora-unsupported'
	| 'tokenizer-unsupported'
	| 'semantics-unknown'
	| 'method-unknown'
	| 'method-unsupported'
	| 'parameter-missing'
	| 'parameter-invalid'
	| 'model-count'
	| 'base-missing'
	| 'layer-range'
	| 'architecture-unknown'
	| 'architecture-mismatch'
	| 'tensor-missing'
	| 'shape-mismatch'
	| 'dtype-unsupported'
	// bytes
	| 'header-invalid'
	| 'file-truncated'
	| 'file-missing'
	// the Hub and the network
	| 'network-failed'
	| 'range-ignored'
	| 'range-mismatch'
	| 'content-changed'
	| 'not-found'
	| 'gated'
	| 'rate-limited'
	| 'http-status'
	// running
	| 'aborted'
	| 'kernel-failed'
	| 'worker-failed'
	| 'gpu-unavailable'
	| 'gpu-wrong'
	| 'sink-failed'
	| 'output-too-large'
	| 'output-exists'
	// cards
	| 'card-invalid';

/** The numbers and names behind an error: the tensor, the file, what was expected, what was found. */
export type ErrorDetails = Readonly<Record<string, string | number | boolean | null>>;

/** What crosses a worker boundary in place of a {@link RemeltError}. */
export interface SerializedError {
	readonly name: 'RemeltError';
	readonly code: ErrorCode;
	readonly message: string;
	readonly hint: string;
	readonly details: ErrorDetails;
	readonly stack?: string | undefined;
}

/** The one error class: a code to tell apart, a message for the reader, a hint on what to do next. */
export class RemeltError extends Error {
	override readonly name = 'RemeltError';
	readonly code: ErrorCode;
	/** What the reader can do next; a whole sentence. */
	readonly hint: string;
	readonly details: ErrorDetails;

	constructor(
		code: ErrorCode,
		message: string,
		options: { hint?: string; details?: ErrorDetails; cause?: unknown } = {},
	) {
		super(message, options.cause === undefined ? undefined : { cause: options.cause });
		this.code = code;
		this.hint = options.hint ?? '';
		this.details = options.details ?? {};
	}

	/** A plain object that survives `postMessage`. */
	serialize(): SerializedError {
		const { name, code, message, hint, details, stack } = this;
		return { name, code, message, hint, details, stack };
	}
}

/** Rebuilds on this side of a worker what {@link RemeltError.serialize} made on the other. */
export function deserializeError(data: SerializedError): RemeltError {
	const error = new RemeltError(data.code, data.message, {
		hint: data.hint,
		details: data.details,
	});
	if (data.stack !== undefined) error.stack = data.stack;
	return error;
}

/** Any thrown value as a {@link RemeltError}; what is not one already gets `fallback` as its code. */
export function toRemeltError(thrown: unknown, fallback: ErrorCode): RemeltError {
	if (thrown instanceof RemeltError) return thrown;
	if (thrown instanceof DOMException && thrown.name === 'AbortError')
		return new RemeltError('aborted', 'The run was cancelled.', { cause: thrown });
	const message = thrown instanceof Error ? thrown.message : String(thrown);
	return new RemeltError(fallback, message, { cause: thrown });
}

/** Something that a reader should know, that does not stop the work. */
export interface Finding {
	/** Kebab-case, stable; the docs have an entry for each. */
	readonly code: string;
	readonly severity: 'error' | 'warning' | 'note';
	readonly message: string;
	/** 1-based; absent where a finding is about the whole. */
	readonly line?: number | undefined;
	readonly column?: number | undefined;
	/** What to do about it; a whole sentence. */
	readonly hint?: string | undefined;
	readonly details?: ErrorDetails | undefined;
}
