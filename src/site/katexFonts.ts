import type { AstroIntegration } from 'astro';

type Plugins = NonNullable<
	Parameters<
		Parameters<NonNullable<AstroIntegration['hooks']['astro:config:setup']>>[0]['updateConfig']
	>[0]['vite']
>['plugins'];

/** Leaves out of KaTeX's stylesheet the fonts in formats that only browsers before 2018 need. */
export function katexFonts(): NonNullable<Plugins> {
	return [
		{
			name: 'remelt-katex-fonts',
			enforce: 'pre',
			transform(code: string, id: string): string | undefined {
				if (!/katex\.min\.css/.test(id)) return undefined;
				return code.replaceAll(/,\s*url\([^)]*\.(?:woff|ttf)\)\s*format\("[^"]*"\)/g, '');
			},
		},
	];
}
