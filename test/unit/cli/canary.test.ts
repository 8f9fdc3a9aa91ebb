import { execFile } from 'node:child_process';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import ffmpegInstaller from '@ffmpeg-installer/ffmpeg';
import { expect, test } from 'vitest';
import { comparePixels, differencesTable } from '../../../cli/canary/compare-pixels.ts';
import { canaryVideo, knownPixels } from '../../../cli/canary/known-pixels.ts';

const file = join(import.meta.dirname, '../../../cli/canary', canaryVideo);

test('the known pixels are those that ffmpeg decodes of the shipped file, and no two the same', async () => {
	const args = ['-loglevel', 'error', '-i', file, '-pix_fmt', 'rgb24', '-f', 'framehash', '-hash', 'sha256', '-'];
	const { stdout } = await promisify(execFile)(ffmpegInstaller.path, args);
	const hashes = [...stdout.matchAll(/^0,.* ([0-9a-f]{64})$/gm)].map(([, hash]) => hash);
	expect(knownPixels).toEqual(hashes);
	expect(new Set(hashes).size).toBe(12);
	expect(statSync(file).size).toBeLessThan(10_000);
});

test('frames that differ, are missing or should not be there are told in their order', () => {
	const known = ['aa', 'bb', 'cc'];
	expect(comparePixels(known, new Map(known.map((hash, frame) => [frame, hash])))).toEqual([]);
	const found = new Map([
		[4, 'dd'],
		[1, 'bb'],
		[0, 'cc'],
	]);
	expect(comparePixels(known, found)).toEqual([
		{ frame: 0, known: 'aa', found: 'cc' },
		{ frame: 2, known: 'cc', found: 'missing' },
		{ frame: 4, known: null, found: 'dd' },
	]);
});

test('the table of differences has 80 columns at the most', () => {
	const [first = '', second = ''] = knownPixels;
	const table = differencesTable([
		{ frame: 0, known: first, found: second },
		{ frame: 11, known: null, found: 'unreadable' },
	]);
	const lines = table.split('\n');
	expect(lines[2]).toBe(`0     | ${first.slice(0, 32)}    | ${second.slice(0, 32)}`);
	expect(lines[3]).toBe('11    | no such frame                       | unreadable');
	expect(Math.max(...lines.map(line => line.length))).toBeLessThanOrEqual(80);
});
