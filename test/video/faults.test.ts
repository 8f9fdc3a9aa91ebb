import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { lastJson, startFramefan } from '#test/framefan-command.ts';
import { faultyVideos, fixturePath, fixtures } from '#test/video-fixtures.ts';
import type { FaultyVideo } from '#test/video-fixtures/damage.ts';
import { wholeDecode } from '#test/whole-decode.ts';

/** Longest that a command may need for a file of a few hundred kilobytes, start of Node included. */
const seconds = 15;

type Line = { index: number; sha256: string };
type Summary = { frames: number; pictures: number; faults: { index: number | null; reason: string; message: string }[] };

const folder = mkdtempSync(join(tmpdir(), 'framefan-faults-'));
const requests: string[] = [];
const server = createServer((request, response) => {
	requests.push(request.url ?? '');
	response.end();
});
let canary: string;

beforeAll(async () => {
	server.listen(0, '127.0.0.1');
	await new Promise(resolve => server.once('listening', resolve));
	canary = join(folder, 'canary.mp4');
	copyFileSync(await fixturePath('one-frame.mp4'), canary);
});
afterAll(() => {
	server.close();
	rmSync(folder, { recursive: true, force: true });
});

/** The fixture with the places it points to filled in. */
const laidOut = async ({ name }: FaultyVideo): Promise<string> => {
	const path = await fixturePath(name);
	const text = readFileSync(path, 'latin1');
	if (!/HOST|CANARY/.test(text)) return path;
	const own = join(folder, name);
	const host = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
	// A box keeps its length, so what is longer than its place overwrites what follows.
	const filled = name.endsWith('.mov')
		? text
		: text.replaceAll('HOST', host).replaceAll('file:CANARY', `file:${canary}`).replaceAll('CANARY', 'canary.mp4');
	writeFileSync(own, filled, 'latin1');
	return own;
};

const readWithCommand = async (path: string) => {
	const run = startFramefan(['frames', path, '--verify', '--json', '--chunks', '3']);
	const late = setTimeout(() => run.child.kill('SIGKILL'), seconds * 1000);
	const { code, signal, stdout, stderr } = await run.finished;
	clearTimeout(late);
	expect(signal, `longer than ${seconds} s`).toBeNull();
	expect(stdout, stderr).not.toBe('');
	const lines = stdout.trimEnd().split('\n').slice(0, -1);
	return { code, frames: lines.map(line => JSON.parse(line) as Line), summary: lastJson(stdout) as Summary };
};

describe.each(faultyVideos)('$name: $about', video => {
	test('has clear faults and no false picture', async () => {
		requests.length = 0;
		const { code, frames, summary } = await readWithCommand(await laidOut(video));
		expect(summary.frames).toBe(frames.length);
		for (const { reason, message } of summary.faults) {
			expect(video.reasons, message).toContain(reason);
			expect(message).toMatch(/\w \w/);
			expect(message).not.toMatch(/ at .*:\d+:\d+|undefined|NaN|127\.0\.0\.1/);
		}
		if (!video.mayEndEarly) expect(summary.faults.length).toBeGreaterThan(0);
		expect(code).toBe(summary.faults.length > 0 ? 1 : 0);
		expect(requests).toEqual([]);

		// A picture is the one of the sound file, or it isn't given.
		const good = fixtures.find(({ name }) => name === video.was);
		const pictures = good ? (await wholeDecode(good)).pictures : [];
		const wrong = frames.filter(({ index, sha256 }) => pictures[index]?.sha256 !== sha256);
		expect(wrong.map(({ index }) => index)).toEqual([]);
		// Every picture that is known of has one fate.
		const fates = [...frames, ...summary.faults].flatMap(({ index }) => (index === null ? [] : [index]));
		expect(new Set(fates).size).toBe(fates.length);
		expect(fates.length).toBe(summary.faults.some(({ index }) => index === null) ? frames.length : summary.pictures);
	});
});
