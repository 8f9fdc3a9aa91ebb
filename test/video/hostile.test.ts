import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { checkFaultyVideo } from '#test/check-faulty-video.ts';
import { lastJson, startFramefan } from '#test/framefan-command.ts';
import type { Fault } from '#test/read-video.ts';
import { damage, type FaultyVideo } from '#test/video-fixtures/damage.ts';
import { hostile } from '#test/video-fixtures/hostile.ts';
import { fixturePath } from '#test/video-fixtures.ts';

/** Longest that a command may need for a file of a few megabytes, start of Node included. */
const seconds = 15;

const folder = mkdtempSync(join(tmpdir(), 'framefan-hostile-'));
const requests: string[] = [];
const server = createServer((request, response) => {
	requests.push(request.url ?? '');
	response.end();
});

beforeAll(async () => {
	server.listen(0, '127.0.0.1');
	await new Promise(resolve => server.once('listening', resolve));
	// If a script is followed, a picture of this file comes out.
	copyFileSync(await fixturePath('one-frame.mp4'), join(folder, 'canary.mp4'));
});
afterAll(() => {
	server.close();
	rmSync(folder, { recursive: true, force: true });
});

/** The fixture, beside what it points to, with the places filled in. */
const laidOut = async ({ name }: FaultyVideo): Promise<string> => {
	const own = join(folder, name);
	const text = readFileSync(await fixturePath(name), 'latin1');
	const host = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
	writeFileSync(own, text.replaceAll('http://host', host), 'latin1');
	return own;
};

const inProcesses = [
	'no-moov.mp4',
	'fragment-alone.mp4',
	'hole.mp4',
	'scratched-key-frame.mp4',
	'cut-off-at-45-moov-first.mp4',
];

describe.each([...hostile.fixtures, ...damage.fixtures.filter(({ name }) => inProcesses.includes(name))])(
	'$name: $about',
	video => {
		test('is refused by the command, in words, and nothing else is opened', async () => {
			requests.length = 0;
			const run = startFramefan(['frames', await laidOut(video), '--verify', '--json', '--chunks', '3']);
			const late = setTimeout(() => run.child.kill('SIGKILL'), seconds * 1000);
			const { code, signal, stdout, stderr } = await run.finished;
			clearTimeout(late);
			expect(signal, `longer than ${seconds} s`).toBeNull();
			expect(code, stderr).toBe(1);
			const frames = stdout.trimEnd().split('\n').slice(0, -1);
			const { faults, pictures } = lastJson(stdout) as { faults: Fault[]; pictures: number };
			await checkFaultyVideo(video, { frames: frames.map(line => JSON.parse(line)), faults, pictures });
			expect(requests).toEqual([]);
		});
	},
);
