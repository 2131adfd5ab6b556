import { format } from 'prettier';
import { expect, it } from 'vitest';
import { jsonSchemas } from '../../src/receipt/index.ts';

/** To write them anew: npx vitest run tests/receipt/schemas.test.ts -u */
it.each(Object.entries(jsonSchemas()))(
	'public/schemas/%s is what such files are read by',
	async (name, schema) => {
		const text = await format(JSON.stringify(schema), {
			parser: 'json',
			useTabs: true,
			printWidth: 100,
		});
		await expect(text).toMatchFileSnapshot(`../../public/schemas/${name}`);
	},
);

it('the schemas have names, titles and versions', () => {
	for (const [name, schema] of Object.entries(jsonSchemas()))
		expect(schema).toMatchObject({
			$schema: 'https://json-schema.org/draft/2020-12/schema',
			$id: `https://remelt.dev/schemas/${name}`,
			title: expect.stringContaining('version 1') as string,
			additionalProperties: false,
		});
});
