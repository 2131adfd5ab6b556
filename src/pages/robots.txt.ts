import type { APIRoute } from 'astro';
import { href } from '../site/settings.ts';

/** Everything may be indexed; the map of the site is named. */
export const GET: APIRoute = ({ site }) =>
	new Response(
		`User-agent: *\nAllow: /\nSitemap: ${new URL(href('sitemap-index.xml'), site).href}\n`,
	);
