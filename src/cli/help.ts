import { DEFAULT_SEMANTICS, SEMANTICS_NAMES } from '../recipe/index.ts';
import { EXIT_TEXT } from './exitCodes.ts';
import type { Command } from './options.ts';

const OVERVIEW = `Remelt re-runs model merges that mergekit made, value by value.

Usage:
  remelt plan RECIPE [options]        what a merge would read, do and write; reads no weight
  remelt merge RECIPE OUT [options]   merge, and write the model to the folder OUT
  remelt verify MODEL [options]       whether a published model is what its recipe says
  remelt methods [NAME]               the merge methods, or one of them with its parameters
  remelt lock RECIPE [options]        write down what a merge depends on: commits and digests
  remelt receipt check FILE [OTHER]   check what a verification wrote down, or compare two of them
  remelt help COMMAND                 more about one of these, with its options

Examples:
  remelt plan recipe.yml --models ~/models
  remelt merge recipe.yml merged --models ~/models
  remelt merge mlabonne/Marcoro14-7B-slerp merged
  remelt verify mlabonne/Marcoro14-7B-slerp
`;

const RECIPE = `RECIPE is a mergekit configuration (.yml, .yaml; its documents may name each other), a model card
with one in it (.md), or a model on the Hub that has one (owner/name, owner/name@revision).

A model that the recipe names is a folder below the folder of --models if there is one of that
name, else a path, else a repository on the Hub. Paths count from the folder that you are in.
`;

const READING = `Where things are:
  --models DIR          folder with models, each in a folder named as in the recipe
  --model REF=FOLDER    read the model that the recipe calls REF from this folder; can be repeated
  --hub URL             the Hub to read other models from (default https://huggingface.co)
  --recipe N            use the Nth recipe of a card (default 1)
  --published MODEL     compare with this model: a folder, owner/name, owner/name@revision

What it means:
  --semantics NAME      which mergekit to follow (default ${DEFAULT_SEMANTICS}); see below
  --random-seed N       seed of methods that draw random numbers (default 0)
  --ties ORDER          which of equal magnitudes survive a cut: mergekit (as its sort leaves them;
                        default) or index (the first ones; faster)
`;

/** Where nothing is said, verifying finds out which mergekit it was. */
const READING_AUTO = READING.replace(
	`(default ${DEFAULT_SEMANTICS})`,
	'(default auto: the\n                        release by which most fits)',
);

const RELEASES = SEMANTICS_NAMES.filter((name) => name !== 'precise');

const SEMANTICS = `Semantics: mergekit's numbers changed between releases, so that the same recipe gave other weights
in 2024 than today. --semantics takes a release (${RELEASES[0] ?? ''} to ${RELEASES.at(-1) ?? ''}), a day such as 2024-05-01
(what mergekit's main branch did then), or precise: float32 elements, float64 sums and one rounding
at the end, which no mergekit does. To check a published merge, take the release of its time.
`;

const SIZES = `Sizes are numbers with a unit: 5B is 5,000,000,000 bytes as in mergekit (K, M, B); KB, MB, GB are
decimal, KiB, MiB, GiB binary. A bare number is bytes.
`;

const PLAN = `remelt plan RECIPE [options]

Shows what a merge would do: every output tensor with its inputs and its numbers, the files, the
bytes to read and to write. Reads configurations and headers, no weights; refuses whatever can be
refused.

${RECIPE}
${READING}
How it would run:
  --memory SIZE         memory for weights (default 512MiB)
  --out-shard-size SIZE largest weight file (default 5B)
  --json                { method, semantics, outputs, totals, files, models, findings } for machines

${SEMANTICS}
${SIZES}
Examples:
  remelt plan recipe.yml --models ~/models
  remelt plan recipe.yml --json | jq '.outputs[] | {name, parameters}'
`;

const MERGE = `remelt merge RECIPE OUT [options]
remelt merge RECIPE --published MODEL    compare only, writing nothing

Merges and writes a model folder: weights, config.json, tokenizer files, the recipe, a model card,
and remelt.json with the digests of all that was read and made.

OUT must be empty or not exist. Nothing appears in it before everything is written. A run that was
interrupted leaves a hidden folder, OUT/.remelt, and the same command goes on from there.

${RECIPE}
${READING}
How it runs:
  --memory SIZE         memory for weights (default 512MiB); changes no bit of the result
  --jobs N, -j N        workers (default: one for each thread of the machine); nor does this
  --out-shard-size SIZE largest weight file (default 5B)
  --restart             forget what an interrupted run left in OUT
  --file-digests        take digests of whole weight files, too: those on disk are read once more
  --keep                keep the merges that a recipe of several documents is made of (OUT/.remelt)
  --out OUT             another way to say OUT
  --json                a summary for machines

${SEMANTICS}
${SIZES}
Examples:
  remelt merge recipe.yml merged --models ~/models
  remelt merge card.md merged --recipe 2 --memory 4GiB --jobs 8
  remelt merge recipe.yml --published owner/model --semantics 2024-05-01
`;

const VERIFY = `remelt verify MODEL [options]
remelt verify RECIPE PUBLISHED [options]

Holds a published model against its recipe. MODEL is a folder or a repository that has its recipe with
it (mergekit_config.yml, else the card's); otherwise give a recipe or a card, and the model beside it.

How far it goes:
  --level LEVEL         headers  names, shapes and dtypes; reads no weight
                        spot     a window of each tensor, at places nobody can foresee (default)
                        full     every byte
  --tensor NAME         this tensor, whole; can be repeated
  --sample-seed N       choose the windows of a spot check as an earlier one did
  --find-seed all|N     with --level full: where dare dropped elements by a seed that nobody recorded,
                        look for it among all 2^32 (minutes on all cores), or among those below N

What it can find: identical (all bits), explained (all bits, given numbers that the author's machine
came to and that were recovered), agrees and fits (nothing contradicts, at that level), consistent (a
method that drops elements: each is one that some choice gives), close, undecidable (and why),
different (and what speaks for which cause), incomplete.

${RECIPE}
${READING_AUTO}
How it runs:
  --memory SIZE, --jobs N   as for merge
  --receipt FILE        write what was found as a receipt, for others to compare with
  --json                { level, finding, semantics, coverage, tensors, causes, receiptDigest }

${SEMANTICS}
Examples:
  remelt verify mlabonne/Marcoro14-7B-slerp
  remelt verify ./merged --models ~/models --level full --receipt receipt.json
  remelt verify card.md owner/model --tensor model.norm.weight --semantics auto
`;

const METHODS = `remelt methods [NAME] [--json]

Lists the merge methods, or says what one of them does and which parameters it takes.

Examples:
  remelt methods
  remelt methods ties
`;

const LOCK = `remelt lock RECIPE [options]

Writes down what a merge depends on and its recipe does not say, so that the same merge stays
possible: the commit of every model and the digests of its weight files, which mergekit is followed,
the seed. Prints it; reads configurations and headers, and for digests those weight files that are
on disk. Digests of files on the Hub are quoted from the Hub.

${RECIPE}
${READING}
What comes out:
  --out FILE            write it to this file, which must not exist, rather than print it; beside a
                        card it is called remelt.lock.json
  --json                print JSON for errors, too; a lock is JSON always

${SEMANTICS}
Examples:
  remelt lock mlabonne/Marcoro14-7B-slerp --published mlabonne/Marcoro14-7B-slerp --semantics 0.0.4
  remelt lock recipe.yml --models ~/models --out remelt.lock.json
`;

const RECEIPT = `remelt receipt check FILE [OTHER] [--json]

Checks a receipt: that it is whole, that its digest is that of what it says, and that its counts
and findings follow from one another. With OTHER, compares two receipts field by field, but for the
block "run", which tells machines and times apart and is in no digest: two readers who verified the
same model with the same Remelt have receipts of the same digest.

A receipt is not signed. One that is valid was not damaged; whether what it says is true, you find
out by verifying the model yourself, and comparing the two.

  --json                { receipts, equal, differences } for machines

It ends with 0 where a receipt is valid (and the two say the same), with 1 where its digest or its
numbers contradict it or the two differ, and with 3 where a file is no receipt.

Examples:
  remelt receipt check receipt.json
  remelt receipt check mine.json theirs.json --json | jq '.differences[].path'
`;

const BY_COMMAND: Readonly<Record<Command, string>> = {
	plan: PLAN,
	merge: MERGE,
	verify: VERIFY,
	methods: METHODS,
	lock: LOCK,
	receipt: RECEIPT,
};

const CLOSING = `Everywhere:
  --json                print JSON, and nothing else, to stdout; errors too
  --version             print Remelt's version
  -h, --help            show this
`;

/** The help about one command, or about all. */
export function helpText(about: Command | null): string {
	return about === null
		? `${OVERVIEW}\n${CLOSING}\n${EXIT_TEXT}`
		: `${BY_COMMAND[about]}\n${EXIT_TEXT}`;
}
