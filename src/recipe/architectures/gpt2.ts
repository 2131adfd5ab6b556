import { inLayer, oneModule, tiedHead, weight, withBias, type Weights } from './build.ts';
import type { WeightTemplate } from './types.ts';

const PREFIX = 'transformer.';

/** A weight that some checkpoints have without `transformer.`. */
function unprefixed(template: WeightTemplate): WeightTemplate {
	return { ...template, aliases: [template.name.slice(PREFIX.length)] };
}

const LAYER = ['attn.c_attn', 'attn.c_proj', 'ln_1', 'ln_2', 'mlp.c_fc', 'mlp.c_proj'];

const weights: Weights = {
	layersKey: 'n_layer',
	pre: [
		unprefixed(weight(`${PREFIX}wte.weight`, { embedding: true })),
		unprefixed(weight(`${PREFIX}wpe.weight`)),
	],
	layer: inLayer(withBias(LAYER), {}, `${PREFIX}h`).map(unprefixed),
	post: [
		...withBias([`${PREFIX}ln_f`]).map((name) => unprefixed(weight(name))),
		tiedHead('lm_head.weight', `${PREFIX}wte.weight`, 'wte.weight'),
	],
};

/** GPT-2. Causal masks that old checkpoints carry along are left out: a loaded model makes its own. */
export const gpt2 = oneModule('GPT2LMHeadModel', weights, { tiedByDefault: true });

/** A classifier on GPT-2. */
export const gpt2Classifier = oneModule(
	'GPT2ForSequenceClassification',
	{ ...weights, post: [...weights.post.slice(0, -1), weight('score.weight')] },
	{ tiedByDefault: true },
);
