import { execFile } from 'node:child_process';
import { createReadStream, existsSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { lastJson, runFramefan } from '#test/framefan-command.ts';
import { tiny, writeTinyVideo } from '#test/tiny-video-project.ts';

const folder = mkdtempSync(join(tmpdir(), 'framefan-command-line-'));
const video = join(folder, 'a video.mp4');
const command = join(import.meta.dirname, '../../cli/framefan.mjs');
beforeAll(() => writeTinyVideo(video));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Serves the video by ranges to those who know the password. */
const serve = async (isWelcome: (request: IncomingMessage) => boolean = () => true) => {
	const { size } = statSync(video);
	const server = createServer((request, response) => {
		if (!isWelcome(request)) return void response.writeHead(401).end();
		const [, first = '0', last = String(size - 1)] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '') ?? [];
		const end = Math.min(Number(last), size - 1);
		response.writeHead(206, { 'content-range': `bytes ${first}-${end}/${size}` });
		createReadStream(video, { start: Number(first), end }).pipe(response);
	});
	await new Promise<void>(listening => server.listen(0, '127.0.0.1', listening));
	onTestFinished(() => {
		server.close();
		server.closeAllConnections();
	});
	return `127.0.0.1:${(server.address() as AddressInfo).port}`;
};

/** A port that nobody listens on. */
const freePort = async () => {
	const server = createServer();
	await new Promise<void>(listening => server.listen(0, '127.0.0.1', listening));
	const { port } = server.address() as AddressInfo;
	await new Promise(closed => server.close(closed));
	return port;
};

const shell = (script: string) =>
	promisify(execFile)('bash', ['-o', 'pipefail', '-c', script], { cwd: folder }).then(
		({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
		({ code, stdout, stderr }) => ({ code, stdout, stderr }) as { code: number; stdout: string; stderr: string },
	);
/** No line of a stack trace. */
const untraced = (text: string) => expect(text).not.toMatch(/^\s+at |node:internal/m);

test.each(['', ' --json', ' --json 2>&1'])('a reader that has seen enough ends it without a word (%s)', async more => {
	const { code, stdout, stderr } = await shell(`node ${command} frames '${video}' --verify${more} | head -1`);
	expect(code, stderr).toBe(0);
	// When it leaves only after the last line was written, the command ends as usual.
	expect(stderr).toMatch(/^(30 frames of 30 pictures, 0 faults\n)?$/);
	expect(stdout.trim().split('\n')).toHaveLength(1);
});

test('a file can be named by a file address', async () => {
	const { code, stdout, stderr } = await runFramefan(['frames', pathToFileURL(video).href, '--verify', '--json']);
	expect(code, stderr).toBe(0);
	expect(lastJson(stdout)).toMatchObject({ state: 'completed', frames: tiny.frames, notes: [] });
});

test.each([
	['a folder without a name', ['frames', video, '--out', ''], /--out.*It is empty: name a folder/],
	['state in a folder without a name', ['list', '--local', '--data', ' '], /--data.*It is empty: name a folder/],
	['a file on another machine', ['frames', 'file://elsewhere/clip.mp4', '--verify'], /is not a file on this machine/],
	['an address that is none', ['frames', 'http://jane:secret@[', '--verify'], /The address of the video is malformed/],
	[
		'a password for the server',
		['frames', '5', '--verify', '--server', 'https://jane:secret@127.0.0.1'],
		/--server has a user name or password in it/,
	],
])('%s: exit code 2, and nothing is written', async (_, args, message) => {
	const before = readdirSync(process.cwd());
	const { code, stdout, stderr } = await runFramefan(args, { SUPERVISELY_API_TOKEN: 'none' });
	expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
	expect(stderr).toMatch(message);
	expect(stderr).not.toContain('secret');
	expect(stderr.match(/^error: /gm)).toHaveLength(1);
	untraced(stderr);
	expect(readdirSync(process.cwd())).toEqual(before);
});

test.each([
	['preview', ['--fps', '1', '--fps', '2'], '--fps is given twice, as 1 and as 2: give it once'],
	['estimate', ['--frames', '1', '--frames', '2'], '--frames is given twice, as 1 and as 2: give it once'],
	['sample', ['--project', '6'], '--project is given twice, as 5 and as 6: give it once'],
	['sample', ['--drop-near-duplicates', '--drop-near-duplicates', '3'], 'twice, as no value and as 3: give it once'],
])('%s refuses a second value of an option that has one: %j', async (name, args, message) => {
	const where = { preview: ['--out', folder], estimate: ['--local'], sample: [] }[name] ?? [];
	const { code, stderr } = await runFramefan([
		name,
		'--server',
		'http://127.0.0.1',
		'--project',
		'5',
		...where,
		...args,
	]);
	expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining(message) });
});

test('an address of another kind is a fault that names the kind alone', async () => {
	const { code, stdout } = await runFramefan(['frames', 'ftp://jane:secret@host/clip.mp4', '--verify', '--json']);
	expect(code).toBe(1);
	expect(lastJson(stdout)).toMatchObject({
		faults: [
			{ index: null, reason: 'unsupported', message: 'ftp addresses are not supported: use http, https or file' },
		],
	});
});

test('user name and password of an address are used, and told nowhere', async () => {
	const wanted = `Basic ${Buffer.from('jane:open sesame').toString('base64')}`;
	const host = await serve(({ headers }) => headers.authorization === wanted);
	const args = (password: string) => [
		'frames',
		`http://jane:${password}@${host}/v.mp4?key=hidden`,
		'--verify',
		'--json',
	];
	const read = await runFramefan(args('open%20sesame'));
	expect(read.code, read.stderr).toBe(0);
	expect(lastJson(read.stdout)).toMatchObject({ state: 'completed', frames: tiny.frames });
	const refused = await runFramefan([...args('rabarber'), '--debug']);
	expect(refused.code).toBe(1);
	expect(lastJson(refused.stdout)).toMatchObject({
		faults: [{ reason: 'refused', message: `The video file at ${host} answered 401` }],
	});
	expect(refused.stdout + refused.stderr).not.toMatch(/rabarber|jane|hidden/);
});

test.each([
	['a video', (host: string) => [`http://jane:secret@${host}/clip.mp4`]],
	['the server of a video', (host: string) => ['5', '--server', `http://${host}`]],
])('a host that is not there, of %s: one sentence, at once', async (_, where) => {
	const host = `127.0.0.1:${await freePort()}`;
	const started = Date.now();
	const env = { SUPERVISELY_API_TOKEN: 'a-token-of-mine' };
	const { code, stdout, stderr } = await runFramefan(['frames', ...where(host), '--verify', '--json'], env);
	expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
	expect(lastJson(stdout)).toMatchObject({
		faults: [{ index: null, message: `${host} can't be reached (ECONNREFUSED): check the address and the network` }],
	});
	expect(Date.now() - started).toBeLessThan(8000);
});

test.each([
	['a line break', 'first-half\nsecond-half'],
	['a space', 'first-half second-half'],
])('a token with %s in it is told, not shown, and sent nowhere', async (what, token) => {
	let requests = 0;
	const host = await serve(() => Boolean(++requests));
	const args = ['sample', '--server', `http://${host}`, '--project', '1', '--data', join(folder, 'token')];
	const { code, stderr, stdout } = await runFramefan([...args, '--debug', '--json'], { SUPERVISELY_API_TOKEN: token });
	expect(code).toBe(1);
	const message = `The API token SUPERVISELY_API_TOKEN is invalid: it has ${what} in it. Copy it again`;
	expect(stderr).toContain(`error: ${message}\n`);
	expect(lastJson(stdout)).toMatchObject({ state: 'failed', faults: [{ message }] });
	expect(stderr + stdout).not.toContain('half');
	expect(requests).toBe(0);
});

test('an unexpected error is one line; --debug prints its stack trace, without the token', async () => {
	// A state folder that is none.
	const data = join(folder, 'blocked');
	await promisify(execFile)('touch', [data]);
	const env = { SUPERVISELY_API_TOKEN: 'a-token-of-mine' };
	const args = ['serve', '--data', join(data, 'a-token-of-mine')];
	const { code, stderr } = await runFramefan(args, env);
	expect(code).toBe(1);
	expect(stderr).toMatch(/^error: ENOTDIR: [^\n]+\(--debug prints a stack trace\)\n$/);
	const traced = await runFramefan([...args, '--debug'], env);
	expect(traced.stderr).toMatch(/^error: ENOTDIR: .*\n.*\n\s+at /);
	expect(traced.stderr + stderr).not.toContain('a-token-of-mine');
	expect(existsSync(join(data, 'a-token-of-mine'))).toBe(false);
});

test.each([
	['a promise that nobody looks after', "Promise.reject(new Error('it was lost'))"],
	['an error that nobody catches', "queueMicrotask(() => { throw new Error('it was lost') })"],
])('%s ends the command in one line, and what it has opened is closed', async (_, mishap) => {
	const data = mkdtempSync(join(tmpdir(), 'framefan-mishap-'));
	onTestFinished(() => rmSync(data, { recursive: true, force: true }));
	const script = join(data, 'mishap.mjs');
	// Once the server stands, it goes wrong.
	writeFileSync(
		script,
		`import { existsSync } from 'node:fs';
		const watch = setInterval(() => {
			if (!existsSync(${JSON.stringify(join(data, 'server', 'journal.jsonl'))})) return;
			clearInterval(watch);
			setTimeout(() => { ${mishap}; }, 500);
		}, 50);`,
	);
	const run = await runFramefan(['serve', '--data', join(data, 'server')], { NODE_OPTIONS: `--import ${script}` });
	expect({ code: run.code, stderr: run.stderr }).toEqual({
		code: 1,
		stderr: 'error: it was lost (--debug prints a stack trace)\n',
	});
	expect(existsSync(join(data, 'server', 'in-use-by'))).toBe(false);
});

test('an installation that is not whole says so in a line', async () => {
	const bare = mkdtempSync(join(tmpdir(), 'framefan-bare-'));
	onTestFinished(() => rmSync(bare, { recursive: true, force: true }));
	const { code, stderr } = await shell(`cp ${command} ${bare} && node ${join(bare, 'framefan.mjs')} list`);
	expect(code).toBe(1);
	expect(stderr).toMatch(/^error: framefan cannot start: [^\n]+\n$/);
});
