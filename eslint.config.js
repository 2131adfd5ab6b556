import astro from 'eslint-plugin-astro';
import { createNodeResolver, importX } from 'eslint-plugin-import-x';
import { readdirSync } from 'node:fs';
import tseslint from 'typescript-eslint';

/**
 * Which folders of src/ a folder may import. What is not listed is refused, so that imports go one
 * way; docs/architecture.md draws the same picture.
 */
export const mayImport = {
	errors: [],
	tensors: ['errors'],
	kernels: ['tensors', 'errors'],
	recipe: ['tensors', 'errors'],
	hub: ['tensors', 'errors'],
	rehearsal: ['recipe', 'tensors', 'errors'],
	merge: ['kernels', 'recipe', 'hub', 'tensors', 'errors'],
	verify: ['merge', 'kernels', 'recipe', 'hub', 'tensors', 'errors'],
	receipt: ['verify', 'merge', 'kernels', 'recipe', 'tensors', 'errors'],
	card: ['errors'],
	evals: ['card', 'errors'],
	lookup: ['card', 'errors'],
	check: ['card', 'evals', 'recipe', 'errors'],
	reproducer: [
		'receipt',
		'verify',
		'merge',
		'kernels',
		'recipe',
		'hub',
		'rehearsal',
		'lookup',
		'card',
		'tensors',
		'errors',
	],
	cli: [
		'receipt',
		'verify',
		'merge',
		'kernels',
		'recipe',
		'hub',
		'rehearsal',
		'lookup',
		'card',
		'check',
		'tensors',
		'errors',
	],
};

/** What others may import of a folder: idle.css is what the reproducer's button needs at once. */
const entries = ['./index.ts', './node.ts', './idle.css'];

const folders = readdirSync('src', { withFileTypes: true })
	.filter((entry) => entry.isDirectory())
	.map(({ name }) => name);

/** One zone for each pair of folders: refused entirely, or beyond the entries. */
const zones = folders.flatMap((target) =>
	Object.keys(mayImport)
		.filter((from) => from !== target)
		.map((from) => {
			const allowed = !(target in mayImport) || mayImport[target].includes(from);
			return {
				target: `./src/${target}`,
				from: `./src/${from}`,
				...(allowed && { except: entries }),
				message: allowed
					? `Import src/${from}/index.ts: the rest of the folder is its own business.`
					: `src/${target} stands below src/${from}, or beside it: see mayImport in eslint.config.js.`,
			};
		}),
);

/** Files in which a DOM exists. */
const browserFolders = ['reproducer', 'components', 'layouts', 'pages', 'site'];
const headless = folders.filter((name) => !browserFolders.includes(name));

export default tseslint.config(
	{
		ignores: [
			'dist',
			'build',
			'.astro',
			'.cache',
			'wasm',
			'coverage',
			'test-results',
			'node_modules',
			'**/*.d.ts',
		],
	},
	tseslint.configs.strictTypeChecked,
	...astro.configs['flat/recommended'],
	{
		languageOptions: {
			parserOptions: { projectService: true, extraFileExtensions: ['.astro'] },
		},
		linterOptions: { reportUnusedDisableDirectives: 'error' },
		plugins: { 'import-x': importX },
		settings: {
			'import-x/ignore': ['node_modules', 'wasm/pkg'],
			'import-x/extensions': ['.ts', '.tsx', '.js', '.mjs'],
			'import-x/parsers': { '@typescript-eslint/parser': ['.ts', '.tsx'] },
			'import-x/resolver-next': [
				createNodeResolver({ extensions: ['.ts', '.tsx', '.js', '.mjs'] }),
			],
		},
		rules: {
			'@typescript-eslint/consistent-type-imports': 'error',
			'@typescript-eslint/explicit-module-boundary-types': 'error',
			'@typescript-eslint/switch-exhaustiveness-check': [
				'error',
				{ considerDefaultExhaustiveForUnions: true },
			],
			// Numbers and booleans print as one expects.
			'@typescript-eslint/restrict-template-expressions': [
				'error',
				{ allowNumber: true, allowBoolean: true },
			],
			// `return refuse(response)` ends a handler well.
			'@typescript-eslint/no-confusing-void-expression': 'off',
			'@typescript-eslint/no-meaningless-void-operator': 'off',
			'@typescript-eslint/no-misused-spread': ['error', { allow: ['string'] }],
			'@typescript-eslint/no-unused-vars': [
				'error',
				{ argsIgnorePattern: '^_', caughtErrorsIgnorePattern: '^_' },
			],
			'max-lines': ['error', { max: 350 }],
			'max-lines-per-function': ['error', { max: 70, skipBlankLines: true, skipComments: true }],
			'import-x/no-cycle': ['error', { ignoreExternal: true }],
			'import-x/no-restricted-paths': ['error', { zones }],
			'no-restricted-imports': [
				'error',
				{
					paths: [
						{
							name: '@huggingface/hub',
							message: 'Only src/hub talks to the Hub.',
							allowTypeImports: false,
						},
					],
				},
			],
		},
	},
	{ files: ['src/hub/**'], rules: { 'no-restricted-imports': 'off' } },
	{
		files: headless.map((name) => `src/${name}/**`),
		rules: {
			'no-restricted-globals': [
				'error',
				...['window', 'document', 'localStorage', 'navigator', 'location'].map((name) => ({
					name,
					message: 'Nothing below src/reproducer touches the page.',
				})),
			],
		},
	},
	{
		// A suite is one long function of small ones, and hands partial objects to what it tests.
		files: ['tests/**'],
		rules: { 'max-lines-per-function': 'off' },
	},
	{
		files: ['**/*.js', '**/*.mjs'],
		extends: [tseslint.configs.disableTypeChecked],
		rules: { '@typescript-eslint/explicit-module-boundary-types': 'off' },
	},
	{
		// Types of templates are checked by `astro check`.
		files: ['**/*.astro', '**/*.astro/*.ts'],
		extends: [tseslint.configs.disableTypeChecked],
		rules: {
			'@typescript-eslint/explicit-module-boundary-types': 'off',
			'max-lines': ['error', 200],
		},
	},
);
