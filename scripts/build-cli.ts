/**
 * Builds the command line as JavaScript that any Node from 24 on runs:
 * `node scripts/build-cli.ts [FOLDER]`, into `build/cli` where no folder is named.
 * `build/cli/main.js` is the package's `bin`; beside it lie its worker, what both share, and the kernels.
 */
import { copyFileSync, chmodSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown, type Plugin } from 'rolldown';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const OUT = process.argv[2] ?? join(ROOT, 'build/cli');
const KERNELS = 'remelt_kernels_bg.wasm';

/** What Vite does for the page: addresses of files, and files as text. */
const assets: Plugin = {
	name: 'assets',
	load(id) {
		if (!id.endsWith('?raw')) return null;
		const text = readFileSync(id.slice(0, -'?raw'.length), 'utf8');
		return `export default ${JSON.stringify(text)};`;
	},
	transform(code, id) {
		if (!id.endsWith('/kernels/wasm/load.ts')) return null;
		const moved = code.replace(/(['"])(?:\.\.\/)+wasm\/pkg\/(?=\w+\.wasm\1)/, '$1./');
		if (moved === code) throw new Error('the address of the kernels was not found');
		return moved;
	},
};

rmSync(OUT, { recursive: true, force: true });
const bundle = await rolldown({
	input: {
		main: join(ROOT, 'src/cli/main.ts'),
		mergeThread: join(ROOT, 'src/cli/mergeThread.ts'),
		seedThread: join(ROOT, 'src/cli/seedThread.ts'),
	},
	platform: 'node',
	plugins: [assets],
	onLog(level, log) {
		if (level === 'warn') process.stderr.write(`${log.message}\n`);
	},
});
await bundle.write({ dir: OUT, format: 'esm', chunkFileNames: '[name]-[hash].js' });
await bundle.close();
copyFileSync(join(ROOT, 'wasm/pkg', KERNELS), join(OUT, KERNELS));
chmodSync(join(OUT, 'main.js'), 0o755);
process.stdout.write(`Built ${join(OUT, 'main.js')}\n`);
