import { describe, expect, it } from 'vitest';
import { missingEntries, platformEntry } from '../../scripts/lockfile.ts';

describe('entries of other platforms', () => {
	it.each([
		['@pagefind/darwin-arm64', { cpu: ['arm64'], os: ['darwin'] }],
		['@pagefind/windows-x64', { cpu: ['x64'], os: ['win32'] }],
		['@x/binding-linux-arm64-musl', { cpu: ['arm64'], os: ['linux'], libc: ['musl'] }],
		['@x/binding-linux-ppc64-gnu', { cpu: ['ppc64'], os: ['linux'], libc: ['glibc'] }],
		['@x/binding-linux-arm-gnueabihf', { cpu: ['arm'], os: ['linux'] }],
		['@x/binding-win32-ia32-msvc', { cpu: ['ia32'], os: ['win32'] }],
		['@x/binding-wasm32-wasi', { cpu: ['wasm32'] }],
	])('are read off their name: %s', (name, platform) => {
		expect(platformEntry(name, '1.2.3', false)).toEqual({
			version: '1.2.3',
			optional: true,
			...platform,
		});
	});

	it('are missing where no place that Node looks in has the version', () => {
		const wanting = {
			version: '1.0.0',
			dev: true,
			optionalDependencies: { 'x-linux-x64': '2.0.0' },
		};
		const nested = { version: '1.0.0', optionalDependencies: { 'x-linux-x64': '3.0.0' } };
		const packages = {
			'': { optionalDependencies: { node: '^24.0.0' } },
			'node_modules/a': wanting,
			'node_modules/b': nested,
			'node_modules/x-linux-x64': { version: '3.0.0' },
		};
		expect([...missingEntries({ packages })]).toEqual([
			['node_modules/a/node_modules/x-linux-x64', platformEntry('x-linux-x64', '2.0.0', true)],
		]);
	});
});
