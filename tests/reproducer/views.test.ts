import { describe, expect, test } from 'vitest';
import { ANNOUNCE_EVERY, createAnnouncer } from '../../src/reproducer/announcer.ts';
import { hubBase } from '../../src/reproducer/contract.ts';
import type { ReproducerContract } from '../../src/reproducer/contract.ts';
import {
	formatAngle,
	formatBytes,
	formatCount,
	formatDuration,
	plural,
	shortName,
} from '../../src/reproducer/format.ts';
import { extentOf, gridModel, moveInGrid, placeOf, valueOf } from '../../src/reproducer/grid.ts';
import { createProgressMeter } from '../../src/reproducer/progress.ts';
import { cellText } from '../../src/reproducer/texts.ts';
import { TOY_MARK, markAsRehearsal } from '../../src/reproducer/toy.ts';
import { plannedTensor, slerpResult, smallPlan } from './plans.ts';

describe('numbers for readers', () => {
	test('bytes have three digits and decimal units', () => {
		expect([0, 999, 1000, 5_650_000, 43_456_789_012].map(formatBytes)).toEqual([
			'0 B',
			'999 B',
			'1.00 kB',
			'5.65 MB',
			'43.5 GB',
		]);
	});

	test('durations use the two units that matter', () => {
		expect([0.4, 59, 61, 600, 3900, Infinity].map(formatDuration)).toEqual([
			'0 s',
			'59 s',
			'1 min 1 s',
			'10 min',
			'1 h 05 min',
			'unknown',
		]);
	});

	test('angles, counts and names', () => {
		expect(formatAngle(1)).toBe('0.000°');
		expect(formatAngle(0)).toBe('90.00°');
		expect(formatCount(1234567)).toBe('1\u202f234\u202f567');
		expect(plural(1, 'tensor')).toBe('1 tensor');
		expect(plural(2, 'tensor')).toBe('2 tensors');
		expect(['owner/name', 'models/x/', 'plain'].map(shortName)).toEqual(['name', 'x', 'plain']);
	});
});

describe('the grid', () => {
	const plan = smallPlan();
	const model = gridModel(plan);

	test('has a row for each kind over the layers, attention first, and one for each other tensor', () => {
		expect(model.layers).toBe(2);
		expect(model.rows.map(({ kind, cells }) => [kind, cells.length])).toEqual([
			['self_attn.q_proj', 2],
			['input_layernorm', 2],
			['embed_tokens', 1],
		]);
		const indices = model.rows.flatMap(({ cells }) => cells.map((cell) => cell?.index));
		expect([...indices].sort()).toEqual([0, 1, 2, 3, 4]);
	});

	test('a layer without a kind has a gap', () => {
		const gap = gridModel({ ...plan, tensors: [plannedTensor('w', 2, 'w')] });
		expect(gap.rows[0]?.cells.map((cell) => cell === null)).toEqual([true, true, false]);
	});

	test('arrow keys stay inside, and other keys are not its', () => {
		const at = { row: 0, column: 1 };
		expect(moveInGrid(model, at, 'ArrowRight')).toEqual(at);
		expect(moveInGrid(model, at, 'ArrowLeft')).toEqual({ row: 0, column: 0 });
		expect(moveInGrid(model, at, 'PageDown')).toEqual({ row: 2, column: 0 });
		expect(moveInGrid(model, at, 'ArrowUp')).toEqual(at);
		expect(moveInGrid(model, at, 'Home')).toEqual({ row: 0, column: 0 });
		expect(moveInGrid(model, { row: 1, column: 0 }, 'End')).toEqual({ row: 1, column: 1 });
		expect(moveInGrid(model, at, 'a')).toBeNull();
	});

	test('colours by setting, angle and identical share', () => {
		const [first] = plan.tensors;
		const result = slerpResult(0, Math.cos(Math.PI / 6), 3);
		expect(valueOf('setting', first ?? null, null)).toBe(0.5);
		expect(valueOf('angle', null, result)).toBeCloseTo(30, 10);
		expect(valueOf('identical', null, result)).toBe(0.75);
		expect(extentOf('identical', [result])).toEqual({ low: 0.75, high: 1 });
		expect(placeOf(0.75, { low: 0.5, high: 1 })).toBe(0.5);
	});

	test('a cell says in words what its colour says', () => {
		const tensor = plannedTensor('lm_head.weight', null, 'lm_head', 0.25);
		expect(cellText(tensor, slerpResult(0, 1, 3))).toBe(
			'lm_head.weight: slerp, t = 0.25, 0.000° between the parents, linear (average), 75.00 % identical',
		);
	});
});

describe('progress', () => {
	test('gives rate and time left, and leaves pauses out', () => {
		let now = 0;
		const meter = createProgressMeter(1000, () => now);
		meter.started(4);
		now = 1000;
		meter.read(100);
		expect(meter.snapshot()).toEqual({
			tensorsDone: 0,
			bytesRead: 100,
			active: [4],
			rate: 100,
			timeLeft: 9,
		});
		meter.hold(true);
		now = 61_000;
		meter.hold(false);
		now = 62_000;
		meter.read(100);
		meter.finished(4);
		expect(meter.snapshot()).toMatchObject({ tensorsDone: 1, active: [], rate: 100, timeLeft: 8 });
	});

	test('says nothing of the rate before there is one', () => {
		expect(createProgressMeter(10, () => 0).snapshot()).toMatchObject({
			rate: null,
			timeLeft: null,
		});
	});
});

describe('the announcer', () => {
	test('speaks at once, then at most every ten seconds, the last text only', () => {
		let now = 0;
		let pending: (() => void) | null = null;
		const spoken: string[] = [];
		const announcer = createAnnouncer((text) => spoken.push(text), {
			now: () => now,
			set: (run) => {
				pending = run;
				return 1;
			},
			clear: () => {
				pending = null;
			},
		});
		const elapse = (milliseconds: number): void => {
			now += milliseconds;
			const run = pending;
			pending = null;
			run?.();
		};
		announcer.say('plan');
		announcer.say('10 percent');
		announcer.say('20 percent');
		expect(spoken).toEqual(['plan']);
		elapse(ANNOUNCE_EVERY);
		expect(spoken).toEqual(['plan', '20 percent']);
		announcer.say('done');
		announcer.stop();
		elapse(ANNOUNCE_EVERY);
		expect(spoken).toEqual(['plan', '20 percent']);
	});
});

describe('a rehearsal', () => {
	test('marks the README that it writes, after the front matter', () => {
		const marked = markAsRehearsal(smallPlan()).texts['README.md'] ?? '';
		expect(marked.startsWith('---\nlicense: mit\n---\n')).toBe(true);
		expect(marked).toContain(TOY_MARK);
		expect(marked).toContain('# Merge');
	});
});

describe('the Hub’s address', () => {
	const contract = { hub: 'https://huggingface.co/' } as ReproducerContract;

	test('can be overridden only in builds that allow it', () => {
		const search = '?hub=http://127.0.0.1:9/';
		expect(hubBase(contract, search)).toBe('https://huggingface.co');
		expect(hubBase({ ...contract, hubOverride: true }, search)).toBe('http://127.0.0.1:9');
		expect(hubBase({ ...contract, hubOverride: true }, '')).toBe('https://huggingface.co');
	});
});
