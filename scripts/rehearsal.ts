/**
 * Writes the toy parents that cards are rehearsed on into the site: for each shape that a card's
 * `rehearsal.json` names, `rehearsal/<family>-<layers>/parent-<n>/resolve/rehearsal/…`.
 *
 * In `astro.config.mjs`: `integrations: [rehearsalIntegration()]`. By hand:
 * `node scripts/rehearsal.ts <folder of the site>`.
 */
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { AstroIntegration } from 'astro';
import {
	generateToyModel,
	hasToyModel,
	parentRepo,
	PARENTS,
	REHEARSAL_REVISION,
	type RehearsalShape,
} from '../src/rehearsal/index.ts';

const CARDS = process.env.REMELT_CONTENT ?? 'content/cards';

type Warn = (message: string) => void;

/** The distinct shapes that the cards of a folder are rehearsed in. Unusable files are warned of. */
export async function rehearsalShapes(
	cards: string,
	warn: Warn,
): Promise<readonly RehearsalShape[]> {
	const entries = await readdir(cards, { recursive: true }).catch(() => []);
	const paths = entries.filter((path) => /(?:^|[\\/])rehearsal\.json$/.test(path)).sort();
	const shapes = new Map<string, RehearsalShape>();
	for (const path of paths)
		try {
			const shape = parseShape(await readFile(join(cards, path), 'utf8'));
			shapes.set(parentRepo(shape, 0), shape);
		} catch (error) {
			warn(`${join(cards, path)}: ${error instanceof Error ? error.message : String(error)}`);
		}
	return [...shapes.values()];
}

function parseShape(text: string): RehearsalShape {
	const data: unknown = JSON.parse(text);
	const { architecture, layers } = (data ?? {}) as Partial<Record<keyof RehearsalShape, unknown>>;
	if (typeof architecture !== 'string' || typeof layers !== 'number' || !isLayerCount(layers))
		throw new Error('expected {"architecture": "…", "layers": 1 to 256}');
	if (!hasToyModel(architecture)) throw new Error(`there are no toy models of ${architecture}`);
	return { architecture, layers };
}

function isLayerCount(layers: number): boolean {
	return Number.isInteger(layers) && layers >= 1 && layers <= 256;
}

/** A toy parent's files by their path below `rehearsal/`. */
function* rehearsalFiles(shape: RehearsalShape, parent: number): Generator<[string, Uint8Array]> {
	const { config, weights } = generateToyModel({ ...shape, parent });
	const folder = `${parentRepo(shape, parent)}/resolve/${REHEARSAL_REVISION}`;
	yield [`${folder}/config.json`, new TextEncoder().encode(config)];
	yield [`${folder}/model.safetensors`, weights];
}

/** Writes all toy parents that the cards need into `<site>/rehearsal/`; returns the bytes written. */
export async function writeRehearsalModels(
	site: string,
	{ cards = CARDS, warn = console.warn }: { cards?: string; warn?: Warn } = {},
): Promise<number> {
	let written = 0;
	for (const shape of await rehearsalShapes(cards, warn))
		for (let parent = 0; parent < PARENTS; parent++)
			for (const [path, bytes] of rehearsalFiles(shape, parent)) {
				const target = join(site, 'rehearsal', path);
				await mkdir(dirname(target), { recursive: true });
				await writeFile(target, bytes);
				written += bytes.byteLength;
			}
	return written;
}

/** Makes the toy parents part of the site: written by a build, served from memory in development. */
export function rehearsalIntegration({ cards = CARDS } = {}): AstroIntegration {
	return {
		name: 'remelt-rehearsal',
		hooks: {
			'astro:server:setup': ({ server, logger }) => {
				server.middlewares.use(rehearsalMiddleware(cards, (message) => logger.warn(message)));
			},
			'astro:build:done': async ({ dir, logger }) => {
				const warn = (message: string): void => logger.warn(message);
				const written = await writeRehearsalModels(fileURLToPath(dir), { cards, warn });
				logger.info(`toy parents: ${(written / 1e6).toFixed(1)} MB`);
			},
		},
	};
}

type Middleware = (request: IncomingMessage, response: ServerResponse, next: () => void) => void;

/** Serves toy parents as the built site would, ranges included. Each is made when first asked for. */
export function rehearsalMiddleware(cards: string, warn: Warn = console.warn): Middleware {
	const made = new Map<string, Uint8Array>();
	const find = async (path: string): Promise<Uint8Array | undefined> => {
		const shapes = made.has(path) ? [] : await rehearsalShapes(cards, warn);
		for (const shape of shapes)
			for (let parent = 0; parent < PARENTS; parent++)
				if (path.startsWith(`${parentRepo(shape, parent)}/`))
					for (const [name, bytes] of rehearsalFiles(shape, parent)) made.set(name, bytes);
		return made.get(path);
	};
	return (request, response, next) => {
		const [, path] = /\/rehearsal\/([^?#]+)/.exec(request.url ?? '') ?? [];
		if (path === undefined) return next();
		find(path).then(
			(bytes) => (bytes ? sendBytes(request, response, bytes) : next()),
			(error: unknown) => response.writeHead(500).end(String(error)),
		);
	};
}

function sendBytes(request: IncomingMessage, response: ServerResponse, bytes: Uint8Array): void {
	const size = bytes.byteLength;
	response.setHeader('Accept-Ranges', 'bytes');
	response.setHeader('Content-Type', 'application/octet-stream');
	response.setHeader('ETag', `"toy-${size}"`);
	const [, from, to] = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '') ?? [];
	if (from === undefined) {
		response.writeHead(200, { 'Content-Length': size }).end(bytes);
		return;
	}
	const first = Number(from);
	const last = Math.min(to ? Number(to) : size - 1, size - 1);
	if (first > last) {
		response.writeHead(416, { 'Content-Range': `bytes */${size}` }).end();
		return;
	}
	response
		.writeHead(206, {
			'Content-Range': `bytes ${first}-${last}/${size}`,
			'Content-Length': last - first + 1,
		})
		.end(bytes.subarray(first, last + 1));
}

if (import.meta.main) {
	const [site = 'dist'] = process.argv.slice(2);
	const written = await writeRehearsalModels(site);
	console.log(`${site}/rehearsal: ${(written / 1e6).toFixed(1)} MB of toy parents`);
}
