import { buildSite, TEST_SITES } from '../../../scripts/sites.ts';

/** Builds what the tests read, unless `npm test` has just done so. */
export default async function setUp(): Promise<void> {
	if (process.env['REMELT_SITES_BUILT'] === '1') return;
	for (const site of Object.values(TEST_SITES)) await buildSite(site);
}
