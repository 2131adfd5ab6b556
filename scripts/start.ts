/** Builds the site and serves it: `npm start -- [--host [address]] [--port number]`. */
import { parseArgs } from 'node:util';
import { readEnvironment } from '../src/site/environment.ts';
import { serveSite, type ServeOptions, type SiteServer } from './serve.ts';
import { buildSite } from './sites.ts';

const DEFAULT_PORT = 4321;

/** Where to listen, as astro's own commands read it: `--host` alone means every address. */
export function readOptions(args: readonly string[]): { host: string; port: number | null } {
	const spelled = args.flatMap((argument, at) => {
		const next = args[at + 1];
		const alone = argument === '--host' && (next === undefined || next.startsWith('-'));
		return alone ? ['--host', '0.0.0.0'] : [argument];
	});
	const { values } = parseArgs({
		args: spelled,
		options: { host: { type: 'string' }, port: { type: 'string' } },
	});
	const port = values.port === undefined ? null : Number(values.port);
	if (port !== null && !(Number.isInteger(port) && port >= 0 && port < 65536))
		throw new Error(`--port ${String(values.port)} is no port number`);
	return { host: values.host ?? 'localhost', port };
}

/** Serves on the port that was asked for, or on the first free one from the default on. */
async function serve(options: ServeOptions, port: number | null): Promise<SiteServer> {
	for (let attempt = port ?? DEFAULT_PORT; ; attempt++)
		try {
			return await serveSite({ ...options, port: attempt });
		} catch (error) {
			const taken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
			if (!taken) throw error;
			if (port !== null || attempt >= DEFAULT_PORT + 20)
				throw new Error(`Port ${attempt} is taken. Choose another: npm start -- --port 8080`, {
					cause: error,
				});
		}
}

if (import.meta.main) {
	const { host, port } = readOptions(process.argv.slice(2));
	const { out, base } = readEnvironment(process.env);
	await buildSite({ verbose: true });
	const server = await serve({ root: out, base, host }, port);
	console.log(`\nRemelt is at ${server.url} (Ctrl+C ends it)`);
	for (const signal of ['SIGINT', 'SIGTERM'] as const)
		process.once(signal, () => void server.close().then(() => process.exit(0)));
}
