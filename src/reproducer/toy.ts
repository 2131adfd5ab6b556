import type { MergePlan } from '../merge/index.ts';

/** What stands on everything that a rehearsal shows or writes. */
export const TOY_MARK = 'Toy weights: proves nothing about this model';

/** A rehearsal's plan, whose `README.md` says what the weights are. */
export function markAsRehearsal(plan: MergePlan): MergePlan {
	const readme = plan.texts['README.md'] ?? '';
	const note = `> **${TOY_MARK}.** This folder was made by rehearsing a recipe on small random\n> weights, to show how the merge works. It is not the model that the recipe names.\n`;
	return { ...plan, texts: { ...plan.texts, 'README.md': afterFrontMatter(readme, note) } };
}

/** Inserts a note where a card's body starts. */
function afterFrontMatter(card: string, note: string): string {
	const end = card.startsWith('---\n') ? card.indexOf('\n---\n', 3) : -1;
	if (end < 0) return `${note}\n${card}`;
	const body = end + '\n---\n'.length;
	return `${card.slice(0, body)}\n${note}\n${card.slice(body)}`;
}
