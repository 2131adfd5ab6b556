import { toRemeltError, type RemeltError } from '../errors/index.ts';
import { hubBase } from './contract.ts';
import type { RehearsalShape, ReproducerContract } from './contract.ts';
import type { FoundRecipe, RepoAddress } from '../lookup/index.ts';
import type { RecipeOffer } from './offer.ts';
import { startReproducer } from './starter.ts';

/** What the build tells the page at `/reproduce/`. */
export interface ReproducePageSettings {
	readonly hub: string;
	readonly hubOverride: boolean;
	/** Toy weights that this site serves. */
	readonly shapes: readonly RehearsalShape[];
}

/** Wires the page's reproduce part, if it has one, with the settings that stand in it. */
export function startReproducePages(): void {
	for (const root of document.querySelectorAll<HTMLElement>('[data-reproduce]')) {
		const text = part(root, 'settings', HTMLElement).textContent;
		startReproducePage(root, JSON.parse(text) as ReproducePageSettings);
	}
}

/** Wires the page at `/reproduce/`: its two forms, and `?m=owner/name@revision`. */
export function startReproducePage(root: HTMLElement, settings: ReproducePageSettings): void {
	const page = openPage(root);
	const byRepo = part(root, 'by-repo', HTMLFormElement);
	const byText = part(root, 'by-text', HTMLFormElement);
	const search = new URLSearchParams(location.search);
	let stop: () => void = () => undefined;

	const offer = async (find: () => Promise<Found>): Promise<void> => {
		stop();
		page.busy('Looking for the recipe…');
		try {
			const found = await find();
			const { offerFor } = await import('./offer.ts');
			const terms = offerFor(found.recipe.text, settings.shapes);
			page.offer(found, terms);
			stop = startReproducer(page.shell, contractOf(found, terms, settings));
		} catch (thrown) {
			page.fail(toRemeltError(thrown, 'recipe-invalid'));
		}
	};
	byRepo.addEventListener('submit', (event) => {
		event.preventDefault();
		void offer(() => findByRepo(field(byRepo, 'm'), settings));
	});
	byText.addEventListener('submit', (event) => {
		event.preventDefault();
		void offer(() => findByText(field(byText, 'recipe'), field(byText, 'published')));
	});
	for (const button of root.querySelectorAll<HTMLButtonElement>('button[type="submit"]'))
		button.disabled = false;
	const asked = search.get('m');
	if (asked !== null && asked !== '') {
		const input = byRepo.elements.namedItem('m');
		if (input instanceof HTMLInputElement) input.value = asked;
		byRepo.requestSubmit();
	}
}

/** A recipe with what it is about. */
interface Found {
	readonly recipe: FoundRecipe;
	/** The model that claims it; null for a pasted recipe without one. */
	readonly model: RepoAddress | null;
	readonly source: 'repo' | 'text';
}

async function findByRepo(text: string, settings: ReproducePageSettings): Promise<Found> {
	const [{ findInRepo, parseRepoAddress }, { readHubText }, { RemeltError }] = await Promise.all([
		import('../lookup/index.ts'),
		import('../hub/index.ts'),
		import('../errors/index.ts'),
	]);
	const model = parseRepoAddress(text);
	if (model === null)
		throw new RemeltError('not-found', `“${text}” is not the name of a model on the Hub.`, {
			hint: 'Type owner/name, owner/name@revision, or paste the model’s address.',
		});
	const base = hubBase(settings, location.search);
	const recipe = await findInRepo(model, (address, file) =>
		readHubText({ base, ...address }, file),
	);
	return { recipe, model, source: 'repo' };
}

async function findByText(text: string, published: string): Promise<Found> {
	const [{ findInText, parseRepoAddress }, { RemeltError }] = await Promise.all([
		import('../lookup/index.ts'),
		import('../errors/index.ts'),
	]);
	const model = published.trim() === '' ? null : parseRepoAddress(published);
	if (model === null && published.trim() !== '')
		throw new RemeltError('not-found', `“${published}” is not the name of a model on the Hub.`, {
			hint: 'Type owner/name, or leave the field empty.',
		});
	return { recipe: findInText(text), model, source: 'text' };
}

function contractOf(
	{ recipe, model, source }: Found,
	terms: RecipeOffer,
	settings: ReproducePageSettings,
): ReproducerContract {
	const published =
		model === null
			? null
			: model.revision === 'main'
				? model.repo
				: `${model.repo}@${model.revision}`;
	return {
		id: model?.repo ?? 'pasted-recipe',
		recipe: recipe.text,
		recipeFrom: source,
		published,
		hub: settings.hub,
		hubOverride: settings.hubOverride,
		rehearsal: terms.rehearsal,
		blocked: terms.local.length > 0 ? 'local-parents' : null,
		localParents: terms.local,
	};
}

/** The page's places. */
interface PageParts {
	readonly shell: HTMLElement;
	busy(text: string): void;
	offer(found: Found, terms: RecipeOffer): void;
	fail(error: RemeltError): void;
}

function openPage(root: HTMLElement): PageParts {
	const status = part(root, 'status', HTMLElement);
	const failure = part(root, 'failure', HTMLElement);
	const shell = part(root, 'shell', HTMLElement);
	const show = (name: string, text: string): void => {
		part(root, name, HTMLElement).textContent = text;
	};
	const toggle = (ask: string, possible: boolean): void => {
		const choice = shell.querySelector<HTMLElement>(`[data-choice="${ask}"]`);
		if (choice !== null) choice.hidden = !possible;
	};
	const clear = (): void => {
		failure.hidden = true;
		shell.hidden = true;
	};
	return {
		shell,
		busy(text) {
			clear();
			status.textContent = text;
		},
		offer({ recipe, model }, terms) {
			clear();
			shell.hidden = false;
			status.textContent = whereText(recipe, model);
			show('claim-models', terms.models.join(', '));
			show('claim-method', terms.method);
			show('recipe-text', recipe.text);
			show('layers', String(terms.rehearsal?.layers ?? ''));
			show('local', terms.local.join(', '));
			show('check-name', model === null ? 'Merge the real parents' : 'Check the published weights');
			toggle('check', terms.local.length === 0);
			toggle('folders', terms.local.length > 0);
			toggle('rehearsal', terms.rehearsal !== null);
			status.scrollIntoView({ block: 'start' });
		},
		fail({ code, message, hint, details: { excerpt, url } }) {
			clear();
			status.textContent = '';
			failure.hidden = false;
			failure.dataset['errorCode'] = code;
			show('failure-message', message);
			show('failure-excerpt', typeof excerpt === 'string' ? excerpt : '');
			part(root, 'failure-excerpt', HTMLElement).hidden = typeof excerpt !== 'string';
			const address = part(root, 'failure-address', HTMLAnchorElement);
			address.hidden = typeof url !== 'string';
			address.href = address.textContent = typeof url === 'string' ? url : '';
			show('failure-hint', hint);
			failure.scrollIntoView({ block: 'nearest' });
		},
	};
}

function whereText({ file, line, others }: FoundRecipe, model: RepoAddress | null): string {
	const where = model === null || file === 'the text' ? file : `${file} of ${model.repo}`;
	const place = line === null ? where : `${where}, line ${String(line)}`;
	const more = others === 0 ? '' : ` ${String(others)} more stand below it; this is the first.`;
	return `Found a recipe in ${place}.${more}`;
}

function part<T extends HTMLElement>(root: HTMLElement, name: string, type: new () => T): T {
	const found = root.querySelector(`[data-part="${name}"]`);
	if (!(found instanceof type)) throw new Error(`the page has no part ${name}`);
	return found;
}

function field(form: HTMLFormElement, name: string): string {
	const value = new FormData(form).get(name);
	return typeof value === 'string' ? value : '';
}
