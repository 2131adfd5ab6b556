export type Command = 'plan' | 'merge' | 'verify' | 'methods' | 'lock' | 'receipt';

const planning = ['plan', 'merge', 'verify'] as const;
const reading = [...planning, 'lock'] as const;
const running = ['merge', 'verify'] as const;
const merging = ['merge'] as const;
const verifying = ['verify'] as const;

/** Every option: how it is written, and which commands take it (absent: all of them). */
export const OPTIONS = {
	models: { type: 'string', commands: reading },
	model: { type: 'string', multiple: true, commands: reading },
	hub: { type: 'string', commands: reading },
	recipe: { type: 'string', commands: reading },
	published: { type: 'string', commands: reading },
	semantics: { type: 'string', commands: reading },
	'random-seed': { type: 'string', commands: reading },
	ties: { type: 'string', commands: reading },
	memory: { type: 'string', commands: planning },
	'out-shard-size': { type: 'string', commands: ['plan', 'merge'] },
	out: { type: 'string', commands: ['merge', 'lock'] },
	jobs: { type: 'string', short: 'j', commands: running },
	restart: { type: 'boolean', commands: merging },
	'file-digests': { type: 'boolean', commands: merging },
	keep: { type: 'boolean', commands: merging },
	level: { type: 'string', commands: verifying },
	tensor: { type: 'string', multiple: true, commands: verifying },
	'sample-seed': { type: 'string', commands: verifying },
	'find-seed': { type: 'string', commands: verifying },
	receipt: { type: 'string', commands: verifying },
	json: { type: 'boolean', commands: undefined },
	version: { type: 'boolean', commands: undefined },
	help: { type: 'boolean', short: 'h', commands: undefined },
} as const;
