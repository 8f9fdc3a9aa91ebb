import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
	copyFileSync,
	existsSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	rmSync,
	writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type SuperviselyServer, startSuperviselyServer } from '#demo/server/server.ts';
import { SuperviselyClient, streamVideoFrames, streamVideoFramesToDir } from '#library/index.ts';
import { fixturePath, fixtures } from '#test/video-fixtures.ts';
import { type WholeDecode, wholeDecode } from '#test/whole-decode.ts';

const names = ['b-pyramid.mp4', 'no-ctts.mp4', 'hole.mp4'];
const folder = mkdtempSync(join(tmpdir(), 'framefan-library-'));
let server: SuperviselyServer;
let client: SuperviselyClient;
const ids = new Map<string, number>();
const whole = new Map<string, WholeDecode>();

beforeAll(async () => {
	const project = join(folder, 'project');
	for (const part of ['video', 'ann']) mkdirSync(join(project, 'all', part), { recursive: true });
	const meta = { classes: [], tags: [], projectType: 'videos' };
	writeFileSync(join(project, 'meta.json'), JSON.stringify(meta));
	for (const name of names) {
		copyFileSync(await fixturePath(name), join(project, 'all', 'video', name));
		const annotation = {
			size: { height: 180, width: 320 },
			description: '',
			key: '9'.repeat(32),
			tags: [],
			objects: [],
			frames: [],
			framesCount: 120,
		};
		writeFileSync(join(project, 'all', 'ann', `${name}.json`), JSON.stringify(annotation));
		const fixture = fixtures.find(candidate => candidate.name === name);
		if (fixture) whole.set(name, await wholeDecode(fixture));
	}
	server = await startSuperviselyServer({ dataDir: join(folder, 'data') });
	const { id } = await server.importVideoProject(project);
	client = new SuperviselyClient(server.address, server.token);
	const call = async (method: string, body: object) => {
		const headers = { 'x-api-key': server.token, 'content-type': 'application/json' };
		const answer = await fetch(`${server.address}/public/api/v3/${method}`, {
			method: 'POST',
			headers,
			body: JSON.stringify(body),
		});
		return (await answer.json()) as { entities: { id: number; name: string }[] };
	};
	const [dataset] = (await call('datasets.list', { projectId: id })).entities;
	for (const video of (await call('videos.list', { datasetId: dataset?.id })).entities) ids.set(video.name, video.id);
});
afterAll(async () => {
	await server.close();
	rmSync(folder, { recursive: true, force: true });
});

const idOf = (name: string) => ids.get(name) as number;
const read = async (name: string, options = {}) => {
	const frames: { index: number; sha256: string }[] = [];
	for await (const { index, width, height, data } of streamVideoFrames(client, idOf(name), options)) {
		expect(data.length).toBe(width * height * 3);
		frames.push({ index, sha256: createHash('sha256').update(data).digest('hex') });
	}
	return frames;
};
const expected = (name: string, first: number, last: number) =>
	(whole.get(name) as WholeDecode).pictures.map(({ sha256 }, index) => ({ index, sha256 })).slice(first, last + 1);

test.each([
	[{}, 0, 119],
	[{ start: 30, end: 59 }, 30, 59],
	[{ start: -5, end: 2 }, 0, 2],
	[{ start: 110, end: 9999 }, 110, 119],
	[{ start: 50, end: 20 }, 50, 50],
])('the range %j is inclusive and clamped', async (options, first, last) => {
	expect(await read('b-pyramid.mp4', options)).toEqual(expected('b-pyramid.mp4', first, last));
});

test('without composition times, frames are those that the decoder shows', async () => {
	expect(await read('no-ctts.mp4', { start: 20, end: 40 })).toEqual(expected('no-ctts.mp4', 20, 40));
});

test('a start behind the last frame names both', async () => {
	await expect(read('b-pyramid.mp4', { start: 120 })).rejects.toThrow(/start is 120: .* has 120 frames/);
});

test('leaving the loop ends decoder and download', async () => {
	for await (const { index } of streamVideoFrames(client, idOf('b-pyramid.mp4'))) if (index === 3) break;
	const { stdout } = await promisify(execFile)('ps', ['-o', 'args=', '--ppid', String(process.pid)]);
	expect(stdout).not.toContain('ffmpeg');
});

test('damage is an error, or is told while the others go on', async () => {
	await expect(read('hole.mp4')).rejects.toThrow(/frame 48/);
	const faults: number[] = [];
	const frames = await read('hole.mp4', { onFault: (fault: { index: number }) => faults.push(fault.index) });
	expect([...frames.map(({ index }) => index), ...faults].sort((a, b) => a - b)).toEqual([...Array(120).keys()]);
	expect(faults[0]).toBe(48);
	expect(frames.map(({ index }) => index)).toEqual(frames.map(({ index }) => index).sort((a, b) => a - b));
});

test('files: names, order, pixels, progress after each is on disk', async () => {
	const out = join(folder, 'frames');
	let onDisk = 0;
	const files = await streamVideoFramesToDir(client, idOf('b-pyramid.mp4'), out, {
		...{ start: 8, end: 30, maxWriteWorkers: 3 },
		onProgress: count => {
			onDisk += count;
			expect(readdirSync(out).filter(name => name.endsWith('.png')).length).toBeGreaterThanOrEqual(onDisk);
		},
	});
	expect(files).toEqual(Array.from({ length: 23 }, (_, n) => join(out, `frame_${String(n + 8).padStart(6, '0')}.png`)));
	expect(onDisk).toBe(23);
	for (const [n, file] of files.entries()) {
		const { data } = await sharp(readFileSync(file)).raw().toBuffer({ resolveWithObject: true });
		expect(createHash('sha256').update(data).digest('hex')).toBe(expected('b-pyramid.mp4', 8 + n, 8 + n)[0]?.sha256);
	}
});

test('a file that can not be written ends it with the reason; no half file is left', async () => {
	const out = join(folder, 'blocked');
	mkdirSync(join(out, 'frame_000005.png'), { recursive: true });
	await expect(streamVideoFramesToDir(client, idOf('b-pyramid.mp4'), out, { end: 60 })).rejects.toThrow(/frame_000005/);
	const written = readdirSync(out).filter(name => /^frame_\d{6}\.png$/.test(name) && name !== 'frame_000005.png');
	for (const name of written) await sharp(join(out, name)).stats();
	expect(existsSync(join(out, 'frame_000060.png'))).toBe(false);
});

test('the built package exports the same', async () => {
	const script = "import('framefan').then(library => console.log(Object.keys(library).sort().join()))";
	const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script]);
	expect(stdout.trim().split(',')).toEqual(
		expect.arrayContaining(['SuperviselyClient', 'streamVideoFrames', 'streamVideoFramesToDir']),
	);
});
