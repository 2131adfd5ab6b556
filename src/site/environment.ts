/** What a build is told through environment variables, with defaults filled in. */
export interface Environment {
	/** Base address of the Hub, without a slash at its end. `REMELT_HUB` */
	readonly hub: string;
	/** Whether `?hub=` in a page's address may name another Hub: test builds. `REMELT_HUB_OVERRIDE=1` */
	readonly hubOverride: boolean;
	/** Folder of cards. `REMELT_CONTENT` */
	readonly content: string;
	/** Public address of the site. `REMELT_SITE` */
	readonly site: string;
	/** Path of the site below its address, with a slash at both ends. `REMELT_BASE` */
	readonly base: string;
	/** Folder that the site is written to. `REMELT_OUT` */
	readonly out: string;
}

/** Reads the build's settings; empty variables count as absent. */
export function readEnvironment(variables: Readonly<NodeJS.ProcessEnv>): Environment {
	const read = (name: string, fallback: string): string => {
		const value = variables[name]?.trim() ?? '';
		return value === '' ? fallback : value;
	};
	const base = read('REMELT_BASE', '/').replace(/^\/*|\/*$/g, '');
	return {
		hub: read('REMELT_HUB', 'https://huggingface.co').replace(/\/+$/, ''),
		hubOverride: read('REMELT_HUB_OVERRIDE', '0') === '1',
		content: read('REMELT_CONTENT', 'content/cards'),
		site: read('REMELT_SITE', 'http://localhost:4321'),
		base: base === '' ? '/' : `/${base}/`,
		out: read('REMELT_OUT', 'dist'),
	};
}
