import { RemeltError, type Finding } from '../errors/index.ts';
import type { Recipe, Semantics } from '../recipe/index.ts';
import type { PlanSources } from './sources.ts';

/** Until this day mergekit merged embeddings by a rule of its own where a recipe named a tokenizer. */
const OWN_RULE_UNTIL = '2024-07-15';

/**
 * What a recipe says of the tokenizer must leave the weights alone: mergekit moves rows of embeddings to
 * where the tokenizer has them, and Remelt does not read tokenizers. It is accepted where all models have
 * vocabularies of one size and no token asks for a row of its own.
 * @throws `tokenizer-unsupported`
 */
export function checkTokenizer(
	recipe: Recipe,
	sources: PlanSources,
	semantics: Pick<Semantics, 'name' | 'date'>,
): readonly Finding[] {
	const { tokenizer } = recipe;
	const source = tokenizer?.source ?? recipe.tokenizerSource;
	if (source === null) return [];
	const key = tokenizer === null ? 'tokenizer_source' : 'tokenizer';
	if (semantics.date !== null && semantics.date < OWN_RULE_UNTIL)
		throw refuse(
			`mergekit ${semantics.name} averages embeddings by a rule of its own where a recipe has ${key}.`,
			`Remelt does not have that rule: take semantics of ${OWN_RULE_UNTIL} or later.`,
			{ key, semantics: semantics.name },
		);
	const [token] = tokenizer?.tokens ?? [];
	if (token !== undefined)
		throw refuse(
			`The recipe gives the token ${token.token} an embedding of its own.`,
			'Remelt does not add or replace tokens: remove tokens: from the recipe, and add them to the merged model afterwards.',
			{ key, token: token.token },
		);
	const sizes = vocabularySizes(sources);
	const [first] = sizes;
	const other = sizes.find(({ rows }) => rows !== first?.rows);
	if (first !== undefined && other !== undefined)
		throw refuse(
			`The recipe asks for the tokenizer of ${source}, and the models have vocabularies of different sizes: ${first.model} ${first.rows}, ${other.model} ${other.rows}.`,
			'Remelt does not bring vocabularies together: give the models the same tokenizer first, for example with mergekit-tokensurgeon.',
			{ key, model: first.model, rows: first.rows, other: other.model, otherRows: other.rows },
		);
	const multiple = tokenizer?.padToMultipleOf ?? 1;
	if (first !== undefined && first.rows % multiple !== 0)
		throw refuse(
			`The recipe asks for a vocabulary of a multiple of ${multiple}, and ${first.model} has ${first.rows} entries.`,
			'Remelt does not pad vocabularies: remove pad_to_multiple_of, and resize the merged model afterwards.',
			{ key, model: first.model, rows: first.rows, multiple },
		);
	return [assumption(key, first?.rows ?? null)];
}

/** Rows of the embedding that each model has. */
function vocabularySizes({ modules }: PlanSources): { model: string; rows: number }[] {
	return modules.flatMap(({ architecture, slices }) =>
		architecture.pre
			.filter(({ embedding }) => embedding)
			.flatMap(({ name, aliases }) =>
				slices.flatMap(({ sources }) =>
					sources.flatMap(({ model, headers }) => {
						const found = [name, ...aliases].find((tensor) => headers.tensors.has(tensor));
						const rows = found === undefined ? undefined : headers.tensors.get(found)?.shape[0];
						return rows === undefined ? [] : [{ model, rows }];
					}),
				),
			),
	);
}

function assumption(key: string, rows: number | null): Finding {
	return {
		code: 'tokenizer-assumed',
		severity: 'note',
		message: `The recipe has ${key}. The models have vocabularies of one size${rows === null ? '' : `, ${rows}`}, so their rows are taken to mean the same tokens.`,
		hint: 'mergekit reads the tokenizers, moves rows where tokens differ, and drops rows that no token has.',
		details: { key, rows },
	};
}

function refuse(
	message: string,
	hint: string,
	details: Readonly<Record<string, string | number>>,
): RemeltError {
	return new RemeltError('tokenizer-unsupported', message, { hint, details });
}
