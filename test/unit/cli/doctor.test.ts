import { describe, expect, test } from 'vitest';
import { checksTable, note, ok, wrong } from '../../../cli/doctor/check.ts';
import { checkClock, concurrencyUnlessTold } from '../../../cli/doctor/deployment.ts';
import { checkDisk, checkFfmpeg, checkNode } from '../../../cli/doctor/this-machine.ts';
import { textTable } from '../../../cli/table.ts';
import { settings } from '../../../infra/settings.ts';

test.each([
	['20.19.0', 'ok', '20.19.0'],
	['22.0.0', 'ok', '22.0.0'],
	['20.18.3', 'wrong', '20.18.3, 20.19 or later is needed'],
	['18.20.0', 'wrong', '18.20.0, 20.19 or later is needed'],
])('Node.js %s is %s', (version, state, result) => {
	expect(checkNode(version)).toMatchObject({ state, result });
});

test('a full disk is told with what is free and what is needed', () => {
	expect(checkDisk(2.5e9)).toEqual(ok('disk', '2.5 GB free in this folder'));
	expect(checkDisk(0.94e9)).toMatchObject({ state: 'wrong', result: '0.9 GB free in this folder, 1 GB is needed' });
});

test('an ffmpeg that is not there is told with the variable to set', async () => {
	expect(await checkFfmpeg('/nowhere/ffmpeg')).toEqual([
		wrong(
			'ffmpeg',
			"/nowhere/ffmpeg can't be run (ENOENT)",
			'Set FFMPEG_PATH to an ffmpeg of version 4.1 or later, or install the package again.',
		),
	]);
});

describe('the clock of this machine', () => {
	const date = 'Sun, 29 Nov 2026 11:00:00 GMT';
	const at = (seconds: number) => checkClock(date, Date.parse(date) + seconds * 1000);
	test.each([
		[0.5, 'ok', 'right'],
		[300, 'ok', '300 s ahead'],
		[302, 'wrong', '302 s ahead, at most 300 s are allowed'],
		[-299, 'ok', '299 s behind'],
		[-600, 'wrong', '600 s behind, at most 300 s are allowed'],
	])('is %d s away from that of an answer: %s', (seconds, state, result) => {
		expect(at(seconds)).toMatchObject({ state, result });
	});
	test('is not compared with an answer without a date', () => {
		expect(checkClock(null, 0)).toMatchObject({ state: 'note' });
	});
});

test('the quota that is compared with is what the settings run at once', () => {
	const deadLetterQueues = 3;
	const { fanOut, decode, reduce } = settings;
	const all = [fanOut, decode, reduce].reduce((sum, { maxConcurrency }) => sum + maxConcurrency, 2 * deadLetterQueues);
	expect(concurrencyUnlessTold).toBe(all);
});

test('a table breaks between words, and within a word that is wider than its column', () => {
	expect(
		textTable(
			[4, 6],
			[
				['a', 'one two'],
				['b', ''],
			],
		),
	).toBe('a    | one\n     | two\nb    |');
	expect(textTable([4, 6], [['a', 'x extraordinary']])).toBe('a    | x\n     | extrao\n     | rdinar\n     | y');
	const long = 'https://abc123.execute-api.us-east-1.amazonaws.com/a/long/address '.repeat(3);
	const table = checksTable([ok('AWS credentials', long), wrong('server', long, long), note('token', 'none', long)]);
	expect(Math.max(...table.split('\n').map(line => line.length))).toBe(80);
});
