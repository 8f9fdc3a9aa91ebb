import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { expect, onTestFinished, test } from 'vitest';
import { encodePng, resizeRgb, yuv420ToRgb } from '#shared/video/picture/png/encode-png.ts';
import type { PictureJob } from '#shared/video/picture/png/job.ts';
import { makePictureWorkers } from '#shared/video/picture/png/workers.ts';
import { noise, photograph } from './scenes.ts';

const [width, height] = [160, 90];
const job: PictureJob = { pixels: 'rgb24', width, height, output: 'png' };

const open = (options: Parameters<typeof makePictureWorkers>[0]) => {
	const workers = makePictureWorkers(options);
	onTestFinished(() => workers.close());
	return workers;
};

/** Whether a promise is settled once everything that can happen by itself has happened. */
const isSettled = async (promise: Promise<unknown>): Promise<boolean> => {
	const pending = Symbol();
	const later = new Promise(resolve => setTimeout(resolve, 50, pending));
	return (await Promise.race([promise.catch(() => {}), later])) !== pending;
};

test('many pictures of several sizes, by a few threads', async () => {
	const workers = open({ count: 2 });
	const pictures = Array.from({ length: 24 }, (_, i) => photograph(20 + i * 7, 15 + ((i * 37) % 100), i));
	const files = await Promise.all(
		pictures.map(({ data, ...size }) => workers.run({ pixels: 'rgb24', output: 'png', ...size }, data)),
	);
	expect(files.map((file, i) => file.equals(encodePng(pictures[i] as (typeof pictures)[number])))).not.toContain(false);
});

test('the memory of results is used again, whatever their sizes; other memory is left alone', async () => {
	const workers = open({ count: 1 });
	const others = Buffer.allocUnsafeSlow(1000).fill(7);
	workers.recycle(others);
	let again = 0;
	for (let i = 0; i < 40; i++) {
		const { data, ...size } = i % 5 === 4 ? noise(200, 150, i) : photograph(100 + i, 90, i);
		const file = await workers.run({ pixels: 'rgb24', output: 'png', ...size }, data);
		expect(file.equals(encodePng({ data, ...size }))).toBe(true);
		if (file.buffer.byteLength > file.length) again++;
		workers.recycle(file);
		// It is gone, and can't be given away twice.
		workers.recycle(file);
	}
	expect(again).toBeGreaterThan(20);
	expect(others.every(byte => byte === 7)).toBe(true);
	const kept = await Promise.all([1, 2, 3].map(n => workers.run(job, photograph(width, height, n).data)));
	expect(kept.map((file, i) => file.equals(encodePng(photograph(width, height, i + 1))))).toEqual([true, true, true]);
});

test('every kind of job', async () => {
	const workers = open({ count: 1 });
	const picture = photograph(width, height);
	const { data } = picture;
	const bytes = data.subarray(0, width * height * 1.5);
	const resize = { width: 71, height: 50 };
	expect(await workers.run({ ...job, resize }, data)).toEqual(encodePng(resizeRgb(picture, resize)));
	expect(await workers.run({ ...job, output: 'rgb' }, data)).toEqual(data);
	for (const pixels of ['yuv420p-bt601', 'yuv420p-bt709'] as const) {
		const rgb = yuv420ToRgb({ width, height, pixels, bytes });
		expect(await workers.run({ ...job, pixels }, bytes)).toEqual(encodePng(rgb));
		expect(await workers.run({ ...job, pixels, output: 'rgb' }, bytes)).toEqual(rgb.data);
		expect(await workers.run({ ...job, pixels, resize }, bytes)).toEqual(encodePng(resizeRgb(rgb, resize)));
	}
});

test('there are no more pictures at a time than places', async () => {
	const workers = open({ count: 1, places: 2 });
	const [first, second] = [await workers.place(job), await workers.place(job)];
	const third = workers.place(job);
	expect(await isSettled(third)).toBe(false);
	second.giveBack();
	const place = await third;
	const fourth = workers.place(job);
	expect(await isSettled(fourth)).toBe(false);
	const picture = noise(width, height);
	first.pixels.set(picture.data);
	expect(await first.run()).toEqual(encodePng(picture));
	(await fourth).giveBack();
	place.giveBack();
	await expect(place.run()).rejects.toThrow('twice');
	expect(() => place.giveBack()).toThrow('twice');
});

test('a picture that is none takes no place', async () => {
	const workers = open({ count: 1, places: 1 });
	const { data } = noise(width, height);
	await expect(workers.place({ ...job, width: 0 })).rejects.toThrow(RangeError);
	await expect(workers.run({ ...job, pixels: 'yuv420p-bt601', width: 3 }, data)).rejects.toThrow('even sides');
	await expect(workers.run(job, data.subarray(1))).rejects.toThrow(RangeError);
	await expect(workers.run({ ...job, pixels: 'gray', output: 'rgb' }, data)).rejects.toThrow(RangeError);
	expect((await workers.run(job, data)).length).toBeGreaterThan(data.length);
});

test.each([
	['throws', "throw new Error('broken')", 'broken'],
	['exits', 'process.exit(3)', 'code 3'],
	['dies of a job', "require('node:worker_threads').parentPort.on('message', () => { throw new Error('job') })", 'job'],
	[
		'tells of an error',
		"const { parentPort } = require('node:worker_threads'); parentPort.on('message', () => parentPort.postMessage({ error: 'told' }))",
		'told',
	],
])('a thread that %s fails its jobs, and nobody hangs', async (_, code, message) => {
	const workers = open({ count: 2, places: 2, code });
	const { data } = noise(width, height);
	const outcomes = await Promise.allSettled(Array.from({ length: 6 }, () => workers.run(job, data)));
	for (const outcome of outcomes) {
		expect(outcome.status).toBe('rejected');
		expect(String((outcome as PromiseRejectedResult).reason)).toContain(message);
	}
});

test('closing waits for what is being done, and turns away the rest', async () => {
	const workers = open({ count: 1, places: 2 });
	const picture = photograph(width, height);
	const running = workers.run(job, picture.data);
	const kept = await workers.place(job);
	const waiting = workers.place(job);
	const closed = workers.close();
	await expect(waiting).rejects.toThrow('have stopped');
	await expect(kept.run()).rejects.toThrow('have stopped');
	await expect(workers.place(job)).rejects.toThrow('have stopped');
	expect(await running).toEqual(encodePng(picture));
	await closed;
	await workers.close();
});

test('it works in a bundle, minified, and lets the process end', { timeout: 60_000 }, async () => {
	const folder = await mkdtemp(join(tmpdir(), 'framefan-'));
	onTestFinished(() => rm(folder, { recursive: true }));
	const { outputFiles } = await build({
		stdin: {
			contents: `
				import { makePictureWorkers } from './functions/shared/video/picture/png/workers.ts';
				const workers = makePictureWorkers({ count: 2 });
				const job = { pixels: 'rgb24', width: 2, height: 1, output: 'png' };
				const png = await workers.run(job, Buffer.from([1, 2, 3, 4, 5, 6]));
				console.log(png.toString('hex'));`,
			resolveDir: process.cwd(),
		},
		bundle: true,
		platform: 'node',
		format: 'esm',
		target: 'node20',
		minify: true,
		write: false,
	});
	await writeFile(join(folder, 'bundle.mjs'), outputFiles[0]?.contents ?? '');
	const printed = execFileSync(process.execPath, [join(folder, 'bundle.mjs')], { encoding: 'utf8' });
	const data = Buffer.from([1, 2, 3, 4, 5, 6]);
	expect(printed.trim()).toBe(encodePng({ width: 2, height: 1, data }).toString('hex'));
});
