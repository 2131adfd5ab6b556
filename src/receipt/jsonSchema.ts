import { z } from 'zod';
import { lockSchema } from './lockSchema.ts';
import { receiptSchema } from './receiptSchema.ts';

/** The schemas by which locks and receipts are read, as JSON Schema, by their names in `public/schemas`. */
export function jsonSchemas(): Readonly<Record<'lock-v1.json' | 'receipt-v1.json', object>> {
	return {
		'lock-v1.json': jsonSchema(lockSchema, 'lock-v1.json'),
		'receipt-v1.json': jsonSchema(receiptSchema, 'receipt-v1.json'),
	};
}

/** What a schema cannot say, such as that counts add up, is not in it. */
function jsonSchema(schema: z.ZodType, name: string): object {
	const { $schema, ...rest } = z.toJSONSchema(schema, { io: 'input' });
	return { $schema, $id: `https://remelt.dev/schemas/${name}`, ...rest };
}
