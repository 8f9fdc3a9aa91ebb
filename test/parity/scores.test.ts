import { execFile } from 'node:child_process';
import { createReadStream, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ManifestRow, manifestColumns } from '#shared/sampling/manifest.ts';
import { parquetOf } from '#shared/sampling/parquet.ts';
import { scorePicture } from '#shared/video/picture/encode.ts';
import { hashDistance, type Scores } from '#shared/video/picture/scores.ts';
import { pythonEnvironment } from '#test/python.ts';
import { fixturePath } from '#test/video-fixtures.ts';
import { writeRawFrames } from '#test/write-raw-frames.ts';
import { noise, photograph, screen } from '../unit/png/scenes.ts';
import { realClip } from './frame-readers.ts';

const run = promisify(execFile);
const folder = mkdtempSync(join(tmpdir(), 'framefan-scores-'));
let environment: Awaited<ReturnType<typeof pythonEnvironment>>;

beforeAll(async () => {
	environment = await pythonEnvironment('scores', [
		...['opencv-python-headless==4.11.0.86', 'imagehash==4.3.2', 'duckdb==1.3.2', 'pandas==2.3.1', 'pyarrow==21.0.0'],
	]);
	if ('unavailable' in environment) console.warn(`NOT RUN: scores beside OpenCV: ${environment.unavailable}`);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

type Theirs = Pick<Scores, 'sharpness' | 'brightness' | 'hash'>;

const python = async (script: string, ...args: string[]): Promise<string> => {
	if ('unavailable' in environment) throw new Error(environment.unavailable);
	const options = { maxBuffer: 1e8 };
	return (await run(environment.python, [join(import.meta.dirname, 'python', script), ...args], options)).stdout;
};

const theirs = async (file: string, width: number, height: number): Promise<Theirs[]> =>
	(await python('score_frames.py', file, String(width), String(height)))
		.trim()
		.split('\n')
		.map(line => JSON.parse(line));

/** Compares scores frame by frame. @returns the distances of the hashes */
const compare = async (file: string, width: number, height: number): Promise<number[]> => {
	const expected = await theirs(file, width, height);
	const distances: number[] = [];
	const bytes = width * height * 3;
	let rest = Buffer.alloc(0);
	for await (const piece of createReadStream(file, { highWaterMark: bytes })) {
		rest = Buffer.concat([rest, piece as Buffer]);
		for (; rest.length >= bytes; rest = rest.subarray(bytes)) {
			const picture = { width, height, pixels: 'rgb24', bytes: Buffer.from(rest.subarray(0, bytes)) } as const;
			const { sharpness, brightness, hash } = await scorePicture(picture);
			const other = expected[distances.length] as Theirs;
			expect(Math.abs(sharpness - other.sharpness)).toBeLessThanOrEqual(1e-9 * Math.max(1, other.sharpness));
			expect(Math.abs(brightness - other.brightness)).toBeLessThan(1e-9);
			distances.push(hashDistance(hash, other.hash));
		}
	}
	expect(distances).toHaveLength(expected.length);
	return distances;
};

describe('scores beside OpenCV and imagehash', () => {
	test.for([
		['photographs', photograph, 320, 200],
		['screens', screen, 640, 360],
		['noise', noise, 161, 93],
	] as const)('%s', async ([name, draw, width, height], context) => {
		if ('unavailable' in environment) return context.skip(`NOT RUN: ${environment.unavailable}`);
		const file = join(folder, `${name}.rgb`);
		writeFileSync(file, Buffer.concat([1, 2, 3, 4, 5].map(seed => draw(width, height, seed).data)));
		const distances = await compare(file, width, height);
		// imagehash scales with a Lanczos filter, this with mean values: bits near the median differ, most in smooth pictures.
		if (name !== 'noise') expect(Math.max(...distances)).toBeLessThanOrEqual(name === 'screens' ? 6 : 12);
	});
	test('a video', async context => {
		if ('unavailable' in environment) return context.skip(`NOT RUN: ${environment.unavailable}`);
		const file = join(folder, 'video.rgb');
		const { width, height } = await writeRawFrames(await fixturePath('vfr.mp4'), file);
		expect(Math.max(...(await compare(file, width, height)))).toBeLessThanOrEqual(8);
	});
	test('a real clip', async context => {
		if ('unavailable' in environment) return context.skip(`NOT RUN: ${environment.unavailable}`);
		const clip = await realClip();
		if ('unavailable' in clip) return context.skip(`NOT RUN: ${clip.unavailable}`);
		const file = join(folder, 'clip.rgb');
		const { width, height } = await writeRawFrames(clip.path, file, 100);
		const distances = await compare(file, width, height);
		const mean = distances.reduce((sum, each) => sum + each, 0) / distances.length;
		console.log(
			`hashes beside imagehash, real clip: ${mean.toFixed(2)} bits on average, ${Math.max(...distances)} at most`,
		);
		expect(mean).toBeLessThan(3);
	});
});

test('DuckDB and pandas read the manifest', async context => {
	if ('unavailable' in environment) return context.skip(`NOT RUN: ${environment.unavailable}`);
	const rows = Array.from(
		{ length: 50_000 },
		(_, n): ManifestRow => ({
			...{
				image_id: 9_007_199_254_000_000 + n,
				image_name: `video "ä".mp4_frame_${n}.png`,
				project_id: 5,
				dataset_id: 6,
			},
			...{
				source_project_id: 4,
				source_dataset_id: null,
				video_id: 7,
				video_name: 'video "ä".mp4',
				object_ids: '[1,2]',
			},
			...{ frame_index: n, pts: n * 512, seconds: n / 25, width: 1280, height: 720, sha256: null, format: 'png' },
			...{
				rule: 'fps',
				split: n % 2 === 0 ? 'train' : null,
				sharpness: n / 4,
				brightness: 12.5,
				hash: '0123456789abcdef',
				labels: '{"car":2}',
			},
			note: n % 2 === 0 ? null : 'cut, at the "border"',
		}),
	);
	const [parquet, lines] = [join(folder, 'manifest.parquet'), join(folder, 'manifest.jsonl')];
	const pieces: Uint8Array[] = [];
	for await (const piece of parquetOf(rows)) pieces.push(piece);
	expect(pieces.length).toBeGreaterThan(2);
	writeFileSync(parquet, Buffer.concat(pieces));
	writeFileSync(lines, rows.map(row => `${JSON.stringify(row)}\n`).join(''));
	const read = JSON.parse(await python('read_manifest.py', parquet, lines));
	const sum = (of: (row: ManifestRow) => number) => rows.reduce((total, row) => total + of(row), 0);
	const [ids, frames, pts] = [9_007_199_254_000_000, sum(row => row.frame_index), sum(row => row.pts)];
	const expected = [50_000, ids, frames, pts, sum(row => row.sharpness ?? 0), rows[0]?.image_name, 100_000];
	expect(read.duckdb).toEqual(expected);
	expect(read.lines).toEqual(expected);
	expect(read.pandas).toEqual([50_000, ids, frames, pts]);
	expect(read.columns).toEqual(Object.keys(manifestColumns));
	expect(read.nulls).toBe(25_000);
	expect(read.types[0]).toBe('int64');
});
