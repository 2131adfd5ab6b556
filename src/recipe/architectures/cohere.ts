import { inLayer, oneModule } from './build.ts';
import { outside, parts } from './llama.ts';

/** Command R: one norm per layer, the head tied to the embedding; the large one has norms of queries and keys. */
export const cohere = oneModule(
	'CohereForCausalLM',
	{
		...outside,
		layer: [
			...inLayer(['input_layernorm.weight', ...parts.attention, ...parts.mlp]),
			...inLayer(parts.queryKeyNorms, { optional: true }),
		],
	},
	{ tiedByDefault: true },
);
