import { defaultSchema } from 'rehype-sanitize';
import type rehypeSanitize from 'rehype-sanitize';

type Schema = NonNullable<Parameters<typeof rehypeSanitize>[0]>;

/** Attributes of the default schema that a card has no use for here: forms, focus, colours. */
const UNWANTED = new Set([
	'accept',
	'acceptCharset',
	'accessKey',
	'action',
	'color',
	'coords',
	'encType',
	'htmlFor',
	'isMap',
	'method',
	'multiple',
	'prompt',
	'readOnly',
	'selected',
	'shape',
	'tabIndex',
	'useMap',
]);

/**
 * What HTML a card may bring: GitHub's list without form attributes, and with the classes that the
 * steps after it look for (math, alerts). Scripts and style sheets go with their content; handlers,
 * `style` and classes go; ids get a prefix so that they cannot be taken for the page's own; links
 * lead to the web or to mail only.
 */
export const sanitizeSchema: Schema = {
	...defaultSchema,
	strip: ['script', 'style', 'template', 'noscript', 'iframe', 'object', 'svg', 'math'],
	attributes: {
		...defaultSchema.attributes,
		'*': (defaultSchema.attributes?.['*'] ?? []).filter(
			(attribute) => typeof attribute !== 'string' || !UNWANTED.has(attribute),
		),
		code: [['className', /^language-./, 'math-inline', 'math-display']],
		div: [['className', /^alert(?:-[a-z]+)?$/]],
		p: [['className', 'alert-title']],
	},
	protocols: { ...defaultSchema.protocols, href: ['http', 'https', 'mailto'] },
	tagNames: [...(defaultSchema.tagNames ?? []), 'center', 'figure', 'figcaption', 'mark', 'small'],
};
