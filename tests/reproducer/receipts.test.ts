import { describe, expect, test } from 'vitest';
import { RemeltError } from '../../src/errors/index.ts';
import { checkReceipt, reportOfSpot } from '../../src/receipt/index.ts';
import { parseRecipe } from '../../src/recipe/index.ts';
import type { OpenedModel } from '../../src/reproducer/models.ts';
import type { Planned } from '../../src/reproducer/planned.ts';
import { makePageReceipt, NO_FOLDERS } from '../../src/reproducer/receipts.ts';
import type { ReceiptEffects, Verified } from '../../src/reproducer/receipts.ts';
import { planSpot, summarizeSpot } from '../../src/verify/index.ts';
import { publishedPlan, spotFinding } from './plans.ts';
import { model } from './stage.ts';

const COMMIT = 'c'.repeat(40);

function onHub(repo: string): OpenedModel {
	const { headers } = model(repo);
	const files = [{ name: 'model.safetensors', size: 8, etag: '"x"' }];
	return {
		headers: { ...headers, revision: COMMIT },
		bytes: async () => Promise.resolve(null),
		forWorker: { kind: 'hub', base: '/hub', repo, revision: COMMIT, files },
	};
}

function planned(more: Readonly<Record<string, OpenedModel>> = {}): Planned {
	const small = publishedPlan();
	const ids = Object.entries(small.models).map(([key, { id }]) => [key, id] as const);
	const models = Object.fromEntries(ids.map(([key, id]) => [key, { id, revision: COMMIT }]));
	const text =
		'merge_method: slerp\nbase_model: oracle/a\nmodels: [{model: oracle/a}, {model: oracle/b}]\nparameters: {t: 0.5}\n';
	return {
		recipe: parseRecipe(text).recipe,
		plan: { ...small, models },
		planFor: () => small,
		models: new Map([
			...ids.map(([key, id]) => [key, onHub(id)] as const),
			...Object.entries(more),
		]),
	};
}

function verified({ plan }: Planned): Verified {
	const spot = planSpot(plan, { sampleSeed: 7 });
	const findings = plan.tensors.map((_, index) => spotFinding(index));
	const report = reportOfSpot(plan, spot, findings, summarizeSpot(plan, findings, spot));
	return { report, backend: 'wasm', workers: 0, seconds: 1.5 };
}

const effects: ReceiptEffects = {
	digests: async () => Promise.resolve(new Map([['model.safetensors', 'd'.repeat(64)]])),
	kernelBytes: async () => Promise.resolve(new Uint8Array([1, 2, 3])),
	time: () => Date.UTC(2026, 0, 2),
	agent: 'A browser',
};

describe('a page’s receipt', () => {
	test('is whole, quotes the Hub’s digests and says where it was made', async () => {
		const job = planned();
		const made = await makePageReceipt(job, verified(job), effects);
		if (made.kind === 'refused') throw new Error(made.reason);
		const checked = await checkReceipt(made.text);
		expect(checked.problems).toEqual([]);
		if (checked.kind === 'malformed') throw new Error('it is no receipt');
		const { subject, predicate } = checked.receipt;
		expect(checked.digest).toBe(made.digest);
		expect(subject[0]?.annotations.digest).toBe('quoted');
		// SHA-256 of 1, 2, 3
		expect(predicate.engine.wasmSha256).toBe(
			'039058c6f2c0cb492c533b0a4d14ef77cc0f78abccced5287d84a1a2011cfb81',
		);
		expect(predicate.run).toMatchObject({
			where: 'page',
			agent: 'A browser',
			time: '2026-01-02T00:00:00.000Z',
			milliseconds: { verifying: 1500 },
		});
	});

	test('has a digest that does not depend on when, where and how long', async () => {
		const job = planned();
		const first = await makePageReceipt(job, verified(job), effects);
		const later = { ...effects, agent: 'Another', time: () => Date.UTC(2027, 0, 2) };
		const second = await makePageReceipt(job, { ...verified(job), seconds: 9 }, later);
		expect(first.kind === 'made' && second.kind === 'made' && first.digest === second.digest).toBe(
			true,
		);
	});

	test('is not made where the Hub does not say a digest, and names the model', async () => {
		const job = planned();
		const silent = await makePageReceipt(job, verified(job), {
			...effects,
			digests: async ({ repo }) =>
				repo === 'oracle/b'
					? Promise.resolve(new Map())
					: effects.digests({ base: '', repo, revision: '' }),
		});
		expect(silent).toMatchObject({ kind: 'refused' });
		expect(silent.kind === 'refused' && silent.reason).toContain('oracle/b');
	});

	test('is not made of folders, and the Hub is not asked', async () => {
		const folder: OpenedModel = { ...onHub('mine'), forWorker: { kind: 'folder', files: [] } };
		const job = planned({ 'oracle/b': folder });
		const asked: string[] = [];
		const refused = await makePageReceipt(job, verified(job), {
			...effects,
			digests: async ({ repo }) => {
				asked.push(repo);
				return Promise.resolve(new Map());
			},
		});
		expect(refused).toEqual({ kind: 'refused', reason: NO_FOLDERS });
		expect(asked).toEqual([]);
	});

	test('fails with the Hub’s error where it does not answer', async () => {
		const job = planned();
		const error = new RemeltError('network-failed', 'The Hub did not answer.');
		const failing = { ...effects, digests: async () => Promise.reject(error) };
		await expect(makePageReceipt(job, verified(job), failing)).rejects.toBe(error);
	});
});
