import type { ErrorCode } from '../errors/index.ts';
import type { FindingWord } from '../receipt/index.ts';

/** How every command ends. */
export const EXIT = {
	/** Done, or verified. */
	done: 0,
	/** Verified not to be so. */
	contradicted: 1,
	/** It could not be told. */
	untold: 2,
	/** A bad recipe, input or command line; nothing was written. */
	refused: 3,
	/** The network or the disk. */
	outside: 4,
	/** As shells report a program that ended by Ctrl-C. */
	interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** The table in `--help`. */
export const EXIT_TEXT = `Exit status, of every command:
    0  done, or verified
    1  verified not to be so
    2  could not be told
    3  bad recipe, input or command line; nothing was written
    4  the network or the disk
  130  interrupted
`;

const { untold, refused, outside, interrupted } = EXIT;

/** What an error ends a command with. */
const OF_ERRORS: Readonly<Record<ErrorCode, ExitCode>> = {
	'recipe-syntax': refused,
	'recipe-invalid': refused,
	'recipe-unsupported': refused,
	'recipe-missing': refused,
	'lora-unsupported': refused,
	'tokenizer-unsupported': refused,
	'semantics-unknown': refused,
	'method-unknown': refused,
	'method-unsupported': refused,
	'parameter-missing': refused,
	'parameter-invalid': refused,
	'model-count': refused,
	'base-missing': refused,
	'layer-range': refused,
	'architecture-unknown': refused,
	'architecture-mismatch': refused,
	'tensor-missing': refused,
	'shape-mismatch': refused,
	'dtype-unsupported': refused,
	'header-invalid': refused,
	'file-truncated': refused,
	'file-missing': refused,
	'not-found': refused,
	'card-invalid': refused,
	'output-exists': refused,
	'network-failed': outside,
	'range-ignored': outside,
	'range-mismatch': outside,
	'content-changed': outside,
	gated: outside,
	'rate-limited': outside,
	'http-status': outside,
	'sink-failed': outside,
	'output-too-large': outside,
	'kernel-failed': untold,
	'worker-failed': untold,
	'gpu-unavailable': untold,
	'gpu-wrong': untold,
	aborted: interrupted,
};

/** The exit status that a finding, or a verdict's word, stands for. */
export function exitCodeOfFinding(finding: FindingWord): ExitCode {
	switch (finding) {
		case 'identical':
		case 'explained':
		case 'consistent':
		case 'agrees':
		case 'fits':
		case 'close':
			return EXIT.done;
		case 'different':
			return EXIT.contradicted;
		case 'undecidable':
		case 'incomplete':
			return EXIT.untold;
	}
}

/** The exit status that an error stands for. */
export function exitCodeOf(code: ErrorCode): ExitCode {
	return OF_ERRORS[code];
}
