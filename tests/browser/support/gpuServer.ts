import type { AddressInfo } from 'node:net';
import { createViteServer } from 'vitest/node';

/** What starts Chromium with a WebGPU that runs on the processor, on any machine. */
export const SOFTWARE_GPU_FLAGS: readonly string[] = [
	'--enable-unsafe-webgpu',
	'--use-webgpu-adapter=swiftshader',
];

/** A page that has loaded `gpuPage.ts`. */
const PAGE = `<!doctype html>
<html lang="en">
	<link rel="icon" href="data:," />
	<title>GPU</title>
	<script type="module" src="/tests/browser/support/gpuPage.ts"></script>
</html>`;

export interface GpuServer {
	readonly url: string;
	close(): Promise<void>;
}

/** Serves the sources as they are, and the one page, so that no site has to carry test code. */
export async function startGpuServer(): Promise<GpuServer> {
	const server = await createViteServer({
		configFile: false,
		appType: 'custom',
		logLevel: 'error',
		cacheDir: '.cache/gpu-page',
		optimizeDeps: { noDiscovery: true },
		server: { host: '127.0.0.1', port: 0, hmr: false, ws: false, watch: null },
		plugins: [
			{
				name: 'gpu-page',
				configureServer: ({ middlewares }) => {
					middlewares.use('/gpu/', (_request, response) => {
						response.setHeader('Content-Type', 'text/html; charset=utf-8');
						response.end(PAGE);
					});
				},
			},
		],
	});
	await server.listen();
	const { port } = server.httpServer?.address() as AddressInfo;
	return { url: `http://127.0.0.1:${port}/gpu/`, close: () => server.close() };
}
