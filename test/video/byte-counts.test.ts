import { execFile } from 'node:child_process';
import {
	chmodSync,
	existsSync,
	mkdirSync,
	mkdtempSync,
	readFileSync,
	renameSync,
	rmSync,
	statSync,
	writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import ffmpeg from '@ffmpeg-installer/ffmpeg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { installedFfmpeg } from '#shared/video/ffmpeg-path.ts';
import { indexVideo } from '#shared/video/index/index-video.ts';
import { readFrames } from '#shared/video/read-frames.ts';
import { openHttp } from '#shared/video/source/http-source.ts';
import { serveFile } from '#test/counting-file-server.ts';

const cache = join(import.meta.dirname, '../../node_modules/.cache/framefan/long');
const run = promisify(execFile);
const quiet = ['-hide_banner', '-nostdin', '-loglevel', 'error', '-y'];
const decoding = { ffmpegPath: installedFfmpeg(), signal: new AbortController().signal };
const mb = 1_000_000;
const pictures = 2 * 3600 * 30;
const groupLength = 60;

/** Two hours of 1080p at 30 a second: half a minute, copied as it is 240 times. */
const twoHours = async (name: string, ...encoding: string[]): Promise<string> => {
	const path = join(cache, name);
	if (existsSync(path)) return path;
	mkdirSync(cache, { recursive: true });
	const [short, part] = [join(cache, `short-${process.pid}-${name}.mp4`), join(cache, `part-${process.pid}-${name}`)];
	const source = ['-f', 'lavfi', '-i', 'testsrc2=size=1920x1080:rate=30:duration=30'];
	const codec = ['-c:v', 'libx264', '-preset', 'ultrafast', '-bf', '2', '-b:v', '500k', '-g', String(groupLength)];
	await run(ffmpeg.path, [...quiet, ...source, ...codec, '-pix_fmt', 'yuv420p', ...encoding, short]);
	await run(ffmpeg.path, [...quiet, '-stream_loop', '239', '-i', short, '-c', 'copy', part]);
	renameSync(part, path);
	rmSync(short);
	return path;
};

describe.each(['long.mp4', 'long.mkv'])('%s, two hours of 1080p over HTTP', name => {
	let path: string;
	beforeAll(async () => {
		path = await twoHours(name);
	}, 300_000);

	test('what is read for the index, and for 100 frames in its middle', async () => {
		const server = await serveFile(path);
		try {
			const source = await openHttp({ url: server.url });
			const index = await indexVideo(source, decoding);
			expect(index.shown.length).toBe(pictures);
			// Matroska has no table of its pictures: its blocks are walked over, a window at a time.
			if (name.endsWith('.mp4')) expect(server.count.bytes / statSync(path).size).toBeLessThanOrEqual(0.02);

			const before = server.count.bytes;
			const first = pictures / 2 + 17;
			const selection = Array.from({ length: 100 }, (_, n) => first + n);
			const frames: number[] = [];
			for await (const { index: frame, width, height } of readFrames(source, index, selection, {
				...decoding,
				framesPerChunk: 100,
			})) {
				expect([width, height]).toEqual([1920, 1080]);
				frames.push(frame);
			}
			expect(frames).toEqual(selection);
			const groupStart = (frame: number) => frame - (frame % groupLength);
			let groups = 0;
			for (let at = groupStart(first); at < groupStart(first + 99) + groupLength; at++)
				groups += index.size[at] as number;
			expect(server.count.bytes - before).toBeLessThanOrEqual(groups + 2 * mb);
		} finally {
			server.close();
		}
	});
});

const folder = mkdtempSync(join(tmpdir(), 'framefan-long-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** An ffmpeg that writes down what it was started with. */
const tellingFfmpeg = (name: string) => {
	const [path, log] = [join(folder, name), join(folder, `${name}.log`)];
	writeFileSync(log, '');
	writeFileSync(path, `#!/bin/sh\nprintf '%s\\n' "$*" >> '${log}'\nexec '${decoding.ffmpegPath}' "$@"\n`);
	chmodSync(path, 0o755);
	return { path, starts: () => readFileSync(log, 'utf8').split('\n').filter(Boolean) };
};

/** Bytes that a chunk may read beyond its groups of pictures. */
const beyond = 4 * mb;

// In AVI pictures stand in the order in which they are shown.
describe.each([
	['long.ts', []],
	['long.avi', ['-bf', '0']],
])('%s, two hours of 1080p over HTTP', (name, encoding) => {
	let path: string;
	beforeAll(async () => {
		path = await twoHours(name, ...encoding);
	}, 300_000);

	test('is read once for the index and not decoded; 100 frames in its middle read their groups', async () => {
		const server = await serveFile(path);
		const telling = tellingFfmpeg(`ffmpeg-for-${name}`);
		const { signal } = decoding;
		try {
			const source = await openHttp({ url: server.url });
			const index = await indexVideo(source, { signal, ffmpegPath: telling.path });
			expect(index.shown.length).toBe(pictures);
			expect(index.container.kind).toBe('samples');
			expect(server.count.bytes).toBeLessThanOrEqual(statSync(path).size + beyond);
			// Tried, and then started for the order of the first 250 pictures and the size of the first, all from bytes.
			expect(telling.starts().filter(line => !line.includes('nullsrc@trial')).length).toBeLessThanOrEqual(2);
			expect(telling.starts().filter(line => line.includes('-i http'))).toEqual([]);

			const before = server.count.bytes;
			const first = pictures / 2 + 17;
			const selection = Array.from({ length: 100 }, (_, n) => first + n);
			const frames: number[] = [];
			const options = { signal, ffmpegPath: telling.path, framesPerChunk: 100 };
			for await (const { index: frame, width } of readFrames(source, index, selection, options)) {
				expect(width).toBe(1920);
				frames.push(frame);
			}
			expect(frames).toEqual(selection);
			let groups = 0;
			const last = index.shown[first + 99] as number;
			let at = index.shown[first] as number;
			while (!index.key[at]) at--;
			for (; at <= last || !index.key[at]; at++) groups += index.size[at] as number;
			expect(server.count.bytes - before).toBeLessThanOrEqual(groups + beyond);
			expect(groups).toBeLessThan(beyond);
			expect(telling.starts().filter(line => line.includes('-i http'))).toEqual([]);
		} finally {
			server.close();
		}
	}, 300_000);
});
