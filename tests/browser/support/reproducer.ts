import { readFile } from 'node:fs/promises';
import type { Locator, Page } from '@playwright/test';
import type { SiteServer } from '../../../scripts/serve.ts';
import { compareTensors, loadTensors, type FolderComparison } from '../../support/compare.ts';
import type { HubServer } from '../../support/hubServer.ts';
import { expectedTensors } from '../../support/oracle.ts';
import { expect } from './test.ts';
import { unzip } from './unzip.ts';

/** The reproducer on a card's page. */
export interface Reproducer {
	/** A part that it names in `data-part`. */
	part(name: string): Locator;
	/** A button that it names in `data-action`. */
	button(action: string): Locator;
	/** Presses one of the page's two buttons. */
	ask(mode: 'check' | 'rehearsal'): Promise<void>;
	/** Waits for a state. */
	reach(phase: string): Promise<void>;
	/** The error that is shown. */
	readonly error: Locator;
}

/** The reproducer of the page that is open. */
export function reproducerOn(page: Page): Reproducer {
	const root = page.locator('[data-reproducer], [data-part="shell"]');
	return {
		part: (name) => page.locator(`[data-part="${name}"]`),
		button: (action) => root.locator(`[data-action="${action}"]`),
		ask: (mode) => root.locator(`[data-ask="${mode}"]`).click(),
		reach: (phase) => expect(root.locator('[data-phase]')).toHaveAttribute('data-phase', phase),
		error: root.locator('[data-error-code]'),
	};
}

/** Opens a card of the fixture site whose Hub is the given one. */
export async function openCard(
	page: Page,
	fixture: SiteServer,
	id: string,
	hub: HubServer,
): Promise<Reproducer> {
	await page.goto(`${fixture.url}models/${id}/?hub=${hub.url}`);
	return reproducerOn(page);
}

/** Presses the download button and reads the zip: path -> content. */
export async function downloadZip(page: Page, merge: Reproducer): Promise<Map<string, Buffer>> {
	const [download] = await Promise.all([
		page.waitForEvent('download'),
		merge.button('download-zip').click(),
	]);
	return unzip(await readFile(await download.path()));
}

/** How a downloaded model compares with what mergekit made of the same recipe. */
export function compareWithOracle(
	files: ReadonlyMap<string, Buffer>,
	name: string,
): FolderComparison {
	const weights = [...files].filter(([path]) => path.endsWith('.safetensors'));
	const tensors = loadTensors(weights.map(([, bytes]) => bytes));
	return compareTensors(expectedTensors(name), tensors);
}
