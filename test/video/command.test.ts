import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, describe, expect, test } from 'vitest';
import { lastJson, runFramefan, startFramefan, until } from '#test/framefan-command.ts';
import { fixturePath, fixtures } from '#test/video-fixtures.ts';
import { wholeDecode } from '#test/whole-decode.ts';

const folder = mkdtempSync(join(tmpdir(), 'framefan-frames-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const wholeOf = (name: string) => {
	const fixture = fixtures.find(candidate => candidate.name === name);
	if (!fixture) throw new Error(`No fixture ${name}`);
	return wholeDecode(fixture);
};
const linesOf = (stdout: string) =>
	stdout
		.trimEnd()
		.split('\n')
		.map(line => JSON.parse(line) as { index: number; pts: number; timeBase: string; sha256?: string; file?: string });

describe.each(['b-pyramid.mp4', 'no-ctts.mp4', 'cut-h264.mp4', 'open-gop-hevc.mkv', 'h264.ts', 'turned-90.mp4'])(
	'%s',
	name => {
		test.each([1, 2, 8])('hashes of a whole decode, cut into %i', async chunks => {
			const whole = await wholeOf(name);
			const { code, stdout, stderr } = await runFramefan([
				...['frames', await fixturePath(name), '--verify', '--json', '--chunks', String(chunks)],
			]);
			expect(code, stderr).toBe(0);
			const lines = linesOf(stdout).slice(0, -1);
			expect(lines.map(({ index, sha256 }) => ({ index, sha256 }))).toEqual(
				whole.pictures.map(({ sha256 }, index) => ({ index, sha256 })),
			);
			for (const { pts, timeBase } of lines) {
				expect(Number.isInteger(pts)).toBe(true);
				expect(timeBase).toMatch(/^\d+\/\d+$/);
			}
			const count = whole.pictures.length;
			const { width, height } = whole;
			expect(lastJson(stdout)).toMatchObject({
				state: 'completed',
				frames: count,
				pictures: count,
				faults: [],
				width,
				height,
			});
		});
	},
);

describe('files', () => {
	test('PNG holds the very pixels, for the frames of a range with a step', async () => {
		const out = join(folder, 'png');
		const whole = await wholeOf('b-pyramid.mp4');
		const { code, stdout } = await runFramefan([
			...['frames', await fixturePath('b-pyramid.mp4'), '--out', out, '--json'],
			...['--start', '20', '--end', '60', '--step', '13'],
		]);
		expect(code).toBe(0);
		const lines = linesOf(stdout).slice(0, -1);
		expect(lines.map(line => line.index)).toEqual([20, 33, 46, 59]);
		expect(readdirSync(out).sort()).toEqual(lines.map(({ index }) => `frame_${String(index).padStart(6, '0')}.png`));
		for (const { index, file } of lines) {
			const { data, info } = await sharp(file as string)
				.raw()
				.toBuffer({ resolveWithObject: true });
			expect(info).toMatchObject({ width: 320, height: 180, channels: 3 });
			expect(createHash('sha256').update(data).digest('hex')).toBe(whole.pictures[index]?.sha256);
		}
	});

	test.each(['jpg', 'webp'])('%s shows what PNG shows', async ext => {
		const out = join(folder, ext);
		const path = await fixturePath('bt709.mp4');
		const png = join(folder, `png-for-${ext}`);
		for (const [to, kind] of [
			[out, ext],
			[png, 'png'],
		] as const) {
			expect((await runFramefan(['frames', path, '--out', to, '--ext', kind, '--end', '2'])).code).toBe(0);
		}
		// Lossy, so single pixels wander; a wrong matrix or range moves whole colours by ten and more.
		const colours = async (file: string) => {
			const { channels } = await sharp(file).removeAlpha().stats();
			return channels.map(({ mean }) => mean);
		};
		const exact = await colours(join(png, 'frame_000001.png'));
		for (const [channel, mean] of (await colours(join(out, `frame_000001.${ext}`))).entries()) {
			expect(Math.abs(mean - (exact[channel] as number))).toBeLessThan(2);
		}
	});

	test('a resize gives exactly the height and width that were asked for', async () => {
		const out = join(folder, 'resized');
		const { stdout } = await runFramefan([
			...['frames', await fixturePath('b-pyramid.mp4'), '--out', out, '--resize', '90x200', '--end', '1', '--json'],
		]);
		expect(lastJson(stdout)).toMatchObject({ width: 200, height: 90, frames: 1 });
		expect(await sharp(join(out, 'frame_000000.png')).metadata()).toMatchObject({ width: 200, height: 90 });
	});
});

test('a kill leaves no half file under the name of a whole one', async () => {
	const out = join(folder, 'killed');
	const run = startFramefan(['frames', await fixturePath('untagged-hd.mp4'), '--out', out]);
	const whole = () => (existsSync(out) ? readdirSync(out).filter(name => name.endsWith('.png')) : []);
	await until(() => whole().length > 2 || run.child.exitCode !== null, 30, 'frames were written');
	run.child.kill('SIGKILL');
	await run.finished;
	for (const name of whole()) {
		const { data } = await sharp(join(out, name), { failOn: 'warning' }).raw().toBuffer({ resolveWithObject: true });
		expect(data.length).toBe(1280 * 720 * 3);
	}
});

describe('usage', () => {
	test.each([
		['no --out', []],
		['a false ending', ['--verify', '--ext', 'bmp']],
		['no chunks', ['--verify', '--chunks', '0']],
		['an end before the start', ['--verify', '--start', '5', '--end', '5']],
		['a false size', ['--verify', '--resize', 'large']],
	])('%s: exit code 2', async (_, more) => {
		const { code, stdout } = await runFramefan(['frames', await fixturePath('one-frame.mp4'), '--json', ...more]);
		expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
	});

	test('a folder or a pipe instead of a file is a fault', async () => {
		const pipe = join(folder, 'pipe.mp4');
		execFileSync('mkfifo', [pipe]);
		for (const video of [folder, pipe]) {
			const { code, stdout, stderr } = await runFramefan(['frames', video, '--verify', '--json']);
			expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
			expect(lastJson(stdout)).toMatchObject({ frames: 0, faults: [{ index: null, reason: 'unsupported' }] });
		}
	});

	test('an --out that is a file: exit code 2, in one line', async () => {
		const video = await fixturePath('one-frame.mp4');
		const { code, stderr } = await runFramefan(['frames', video, '--out', video]);
		expect(code).toBe(2);
		expect(stderr.trim()).toMatch(/^error: --out is .*the folder cannot be created.*$/);
	});

	test.each([3, 60])('of %i frames one that can not be written is said in a last line', async end => {
		const out = join(folder, `blocked-${end}`);
		mkdirSync(join(out, 'frame_000001.png'), { recursive: true });
		const video = await fixturePath('b-pyramid.mp4');
		const { code, stdout } = await runFramefan(['frames', video, '--end', String(end), '--out', out, '--json']);
		expect(code).toBe(1);
		expect(lastJson(stdout)).toMatchObject({ faults: [{ index: null, reason: 'failed' }] });
		const files = readdirSync(out).sort();
		expect(files.slice(0, 2)).toEqual(['frame_000000.png', 'frame_000001.png']);
		// Others may have been begun before it was known; they are whole.
		expect(files.filter(name => name.endsWith('.part'))).toEqual([]);
		expect(files.length).toBeLessThan(60);
	});

	test('a file that is not there: exit code 1 and a fault', async () => {
		const { code, stdout } = await runFramefan(['frames', join(folder, 'nothing.mp4'), '--verify', '--json']);
		expect(code).toBe(1);
		expect(lastJson(stdout)).toMatchObject({ frames: 0, faults: [{ index: null, reason: 'not-found' }] });
	});
});
