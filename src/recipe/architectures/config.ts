import { RemeltError } from '../../errors/index.ts';

/**
 * A `config.json` as an object; empty where it is JSON of another kind.
 * @throws `architecture-unknown` for what is no JSON
 */
export function readConfig(text: string): Readonly<Record<string, unknown>> {
	let config: unknown;
	try {
		config = JSON.parse(text);
	} catch (cause) {
		throw new RemeltError('architecture-unknown', 'The config.json is not valid JSON.', {
			hint: 'Check that the whole file was read, and not an error page in its place.',
			cause,
		});
	}
	return typeof config === 'object' && config !== null ? { ...config } : {};
}

/** The value of a dotted key such as `text_config.vocab_size`; undefined where there is none. */
export function configValue(config: unknown, key: string): unknown {
	return key
		.split('.')
		.reduce<unknown>(
			(value, part) =>
				typeof value === 'object' && value !== null && Object.hasOwn(value, part)
					? new Map(Object.entries(value)).get(part)
					: undefined,
			config,
		);
}

/** The value of a dotted key where it is a whole number that is not negative, else null. */
export function configCount(config: unknown, key: string): number | null {
	const value = configValue(config, key);
	return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : null;
}
