import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { readWhole } from '#test/read-video.ts';
import { fixturePath } from '#test/video-fixtures.ts';

const folder = mkdtempSync(join(tmpdir(), 'framefan-mutations-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Whole numbers below a limit that are the same in every run. */
const seeded = (seed: number) => (limit: number) => {
	seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
	return Math.floor((seed / 2 ** 32) * limit);
};
const nasty = [0x00, 0xff, 0x7f, 0x80, 0x01];

/** The bytes that a header index is made of, which are changed. */
const headers: [name: string, where: (bytes: Buffer) => [start: number, end: number]][] = [
	['one-frame.mp4', bytes => [bytes.indexOf('moov'), bytes.length]],
	['moov-first.mp4', bytes => [0, bytes.indexOf('mdat')]],
	['frag-default-base.mp4', bytes => [0, bytes.indexOf('mdat')]],
	['frag-every-frame.mp4', bytes => [bytes.indexOf('moof'), bytes.indexOf('moof') + 2000]],
	['one-frame.mkv', bytes => [0, Math.min(1500, bytes.length)]],
	['small-clusters.mkv', () => [0, 1000]],
];

test.each(headers)(
	'%s with changed headers: frames or faults, in time, and never another error',
	async (name, where) => {
		const bytes = readFileSync(await fixturePath(name));
		const [start, end] = where(bytes);
		const random = seeded(name.length * 7);
		for (let round = 0; round < 12; round++) {
			const changed = Buffer.from(bytes);
			for (let change = 0; change <= random(4); change++) {
				changed[start + random(end - start)] = nasty[random(nasty.length)] as number;
			}
			const path = join(folder, `${round}-${name}`);
			writeFileSync(path, changed);
			const { frames, faults, pictures } = await readWhole(path, 2, AbortSignal.timeout(15_000));
			const fates = [...frames, ...faults].filter(({ index }) => index !== null);
			expect(fates.length, `round ${round}`).toBe(pictures);
			expect(pictures + faults.length, `round ${round}`).toBeGreaterThan(0);
		}
	},
);
