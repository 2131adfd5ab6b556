/**
 * A small client of WebDriver BiDi, as far as scripts/firefox.ts needs it: start a Firefox, open a
 * page, click, read. https://w3c.github.io/webdriver-bidi/
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface FirefoxOptions {
	/** The program to start. */
	readonly program: string;
	/** Where downloads go, without asking. */
	readonly downloads: string;
}

/** A Firefox with one tab. Every method rejects once the browser is gone. */
export interface Firefox {
	/** Name and version, as the browser gives them. */
	readonly name: string;
	/** Opens an address and waits until it has loaded. */
	open(url: string): Promise<void>;
	/** Presses the middle of the first element that matches, as a mouse does. */
	click(selector: string): Promise<void>;
	/** The value of a JavaScript expression in the page; promises are awaited. */
	evaluate(expression: string): Promise<unknown>;
	/** What pages wrote to the console as errors, exceptions included. */
	readonly errors: readonly string[];
	close(): Promise<void>;
}

type Json = Readonly<Record<string, unknown>>;

/** How long Firefox may take to start, or to answer. */
const PATIENCE = 60_000;

/** Starts a headless Firefox with a fresh profile of its own. */
export async function startFirefox(options: FirefoxOptions): Promise<Firefox> {
	const profile = await mkdtemp(join(tmpdir(), 'remelt-firefox-'));
	await writeFile(join(profile, 'user.js'), preferences(options.downloads));
	const args = ['--headless', '--no-remote', '--remote-debugging-port=0', '--profile', profile];
	const child = spawn(options.program, args, { stdio: ['ignore', 'ignore', 'pipe'] });
	const end = async (): Promise<void> => {
		if (child.exitCode === null && child.signalCode === null) {
			const gone = new Promise((resolve) => child.once('exit', resolve));
			child.kill();
			await gone;
		}
		await rm(profile, { recursive: true, force: true, maxRetries: 5 });
	};
	try {
		const connection = await connect(`${await listening(child)}/session`);
		return await openTab(connection, end);
	} catch (error) {
		await end();
		throw error;
	}
}

/** No traffic of the browser's own, and downloads without questions. */
function preferences(downloads: string): string {
	const settings = {
		'app.normandy.enabled': false,
		'app.update.disabledForTesting': true,
		'browser.download.alwaysOpenPanel': false,
		'browser.download.dir': downloads,
		'browser.download.folderList': 2,
		'browser.download.useDownloadDir': true,
		'browser.helperApps.neverAsk.saveToDisk': 'application/zip',
		'browser.safebrowsing.downloads.enabled': false,
		'browser.safebrowsing.malware.enabled': false,
		'browser.safebrowsing.phishing.enabled': false,
		'browser.shell.checkDefaultBrowser': false,
		'datareporting.policy.dataSubmissionEnabled': false,
		'extensions.update.enabled': false,
		'network.captive-portal-service.enabled': false,
		'network.connectivity-service.enabled': false,
		'services.settings.server': 'data:,',
		'toolkit.telemetry.enabled': false,
	};
	return Object.entries(settings)
		.map(([name, value]) => `user_pref(${JSON.stringify(name)}, ${JSON.stringify(value)});\n`)
		.join('');
}

/** The address that Firefox prints once it listens. */
async function listening(child: ChildProcess): Promise<string> {
	return new Promise((resolve, reject) => {
		let printed = '';
		const fail = (why: string): void => reject(new Error(`${why}\n${printed}`));
		const timer = setTimeout(() => fail('Firefox did not start in time.'), PATIENCE);
		child.stderr?.on('data', (data: Buffer) => {
			printed += data.toString();
			const address = /WebDriver BiDi listening on (ws:\S+)/.exec(printed)?.[1];
			if (address === undefined) return;
			clearTimeout(timer);
			resolve(address);
		});
		child.once('error', (error) => fail(`Firefox could not be started: ${error.message}`));
		child.once('exit', (code) => fail(`Firefox ended with ${String(code)} while it started.`));
	});
}

interface Connection {
	readonly send: (method: string, params: Json) => Promise<Json>;
	readonly onEvent: (hear: (method: string, params: Json) => void) => void;
}

interface Waiting {
	readonly resolve: (result: Json) => void;
	readonly reject: (error: Error) => void;
}

async function connect(url: string): Promise<Connection> {
	const socket = new WebSocket(url);
	await new Promise<void>((resolve, reject) => {
		socket.onopen = () => resolve();
		socket.onerror = () => reject(new Error(`No connection to ${url}`));
	});
	const waiting = new Map<number, Waiting>();
	let hear: (method: string, params: Json) => void = () => undefined;
	let count = 0;
	socket.onclose = () => {
		for (const { reject } of waiting.values()) reject(new Error('Firefox is gone.'));
	};
	socket.onmessage = ({ data }) => {
		const message = JSON.parse(String(data)) as Json;
		if (message['type'] === 'event')
			return hear(String(message['method']), message['params'] as Json);
		const asked = waiting.get(Number(message['id']));
		waiting.delete(Number(message['id']));
		if (message['type'] === 'success') asked?.resolve(message['result'] as Json);
		else asked?.reject(new Error(`${String(message['error'])}: ${String(message['message'])}`));
	};
	return {
		send: async (method, params) => {
			const id = ++count;
			const answer = new Promise<Json>((resolve, reject) => waiting.set(id, { resolve, reject }));
			socket.send(JSON.stringify({ id, method, params }));
			return within(PATIENCE, answer, `Firefox did not answer ${method}.`);
		},
		onEvent: (listener) => {
			hear = listener;
		},
	};
}

async function within<T>(milliseconds: number, promise: Promise<T>, message: string): Promise<T> {
	let timer: NodeJS.Timeout | undefined;
	const late = new Promise<never>((_, reject) => {
		timer = setTimeout(() => reject(new Error(message)), milliseconds);
	});
	return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

async function openTab({ send, onEvent }: Connection, end: () => Promise<void>): Promise<Firefox> {
	const errors: string[] = [];
	onEvent((method, params) => {
		if (method === 'log.entryAdded' && params['level'] === 'error')
			errors.push(String(params['text']));
	});
	const session = await send('session.new', { capabilities: {} });
	const { browserName, browserVersion } = session['capabilities'] as Json;
	await send('session.subscribe', { events: ['log.entryAdded'] });
	const { context } = await send('browsingContext.create', { type: 'tab' });
	const evaluate = async (expression: string): Promise<Json> => {
		const settings = { target: { context }, awaitPromise: true, resultOwnership: 'none' };
		const answer = await send('script.evaluate', { expression, ...settings });
		if (answer['type'] === 'success') return answer['result'] as Json;
		throw new Error(`The page threw: ${String((answer['exceptionDetails'] as Json)['text'])}`);
	};
	return {
		name: `${String(browserName)} ${String(browserVersion)}`,
		errors,
		open: async (url) => {
			await send('browsingContext.navigate', { context, url, wait: 'complete' });
		},
		click: async (selector) => {
			const quoted = JSON.stringify(selector);
			const element = await evaluate(
				`(() => { const found = document.querySelector(${quoted}); ` +
					`found?.scrollIntoView({ block: 'center', behavior: 'instant' }); return found; })()`,
			);
			if (element['type'] !== 'node') throw new Error(`There is no ${selector} to press.`);
			const origin = { type: 'element', element: { sharedId: element['sharedId'] } };
			const actions = [
				{ type: 'pointerMove', x: 0, y: 0, origin },
				{ type: 'pointerDown', button: 0 },
				{ type: 'pointerUp', button: 0 },
			];
			const mouse = { type: 'pointer', id: 'mouse', actions };
			await send('input.performActions', { context, actions: [mouse] });
		},
		evaluate: async (expression) => (await evaluate(expression))['value'],
		close: async () => {
			await send('session.end', {}).catch(() => undefined);
			await end();
		},
	};
}
