import { expect, test } from 'vitest';
import { isMet, timesLess } from '../../bench/measure/compare.ts';
import { type Contestant, inTurn } from '../../bench/measure/in-turn.ts';
import { lastObject, runMeasured } from '../../bench/measure/run-measured.ts';
import { ratioOf, spreadOf } from '../../bench/measure/statistics.ts';

test('a median stands in the middle, or between the two in the middle', () => {
	expect(spreadOf([3, 1, 2])).toEqual({ median: 2, least: 1, most: 3 });
	expect(spreadOf([4, 1, 3, 2])).toEqual({ median: 2.5, least: 1, most: 4 });
	expect(() => spreadOf([])).toThrow(RangeError);
});

test('a ratio is that of the medians, its range that of the rounds', () => {
	expect(ratioOf([10, 20, 40], [5, 5, 5])).toEqual({ median: 4, least: 2, most: 8 });
});

test('a goal is met, missed, or was not measured', () => {
	const goal = { id: 'a', text: '', least: 3 };
	expect(isMet(timesLess(goal, [9], [3]))).toBe(true);
	expect(isMet(timesLess(goal, [8], [3]))).toBe(false);
	expect(isMet(timesLess(goal, [], [3]))).toBe(undefined);
});

test('contestants run by turns; who fails is left out, who is far behind leaves', async () => {
	const order: string[] = [];
	const contestant = (name: string, wallMs: number, isOwn = false): Contestant => ({
		...{ name, command: name, isOwn },
		run: async () => {
			order.push(name);
			if (wallMs === 0) throw new Error('broken');
			return { wallMs };
		},
	});
	const who = [
		contestant('own', 5000, true),
		contestant('fast', 10),
		contestant('slow', 1000),
		contestant('broken', 0),
	];
	const rows = await inTurn(who, 3, { slowLeave: true });
	expect(order.join(' ')).toBe('own fast slow broken own fast slow own fast');
	expect(rows.map(({ samples }) => samples.length)).toEqual([3, 3, 2, 0]);
	expect(rows[3]?.missing).toBe('broken');
});

test('what children of a command use is counted', async () => {
	const busy = 'while (process.cpuUsage().user < 300000); console.log(JSON.stringify({ seconds: 1.5 }))';
	const { cpuMs, stdout } = await runMeasured({
		program: 'sh',
		args: ['-c', '"$0" -e "$1"; true', process.execPath, busy],
	});
	expect(cpuMs).toBeGreaterThanOrEqual(300);
	expect(lastObject(stdout)).toEqual({ seconds: 1.5 });
	await expect(runMeasured({ program: 'sh', args: ['-c', 'echo why >&2; exit 3'] })).rejects.toThrow(
		'sh ended with 3: why',
	);
});
