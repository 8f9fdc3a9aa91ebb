import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openDeployment } from '#test/deployment.ts';
import { lastJson, runFramefan } from '#test/framefan-command.ts';
import { writeTinyVideo } from '#test/tiny-video-project.ts';
import type { Workbench } from '#test/workbench.ts';

const data = mkdtempSync(join(tmpdir(), 'framefan-canaries-'));
const shipped = join(import.meta.dirname, '../../cli/canary/framefan-canary.mp4');
let bench: Workbench;
let env: Record<string, string>;
beforeAll(async () => {
	({ bench, env } = await openDeployment());
});
afterAll(async () => {
	await bench.close();
	rmSync(data, { recursive: true, force: true });
});

/** A project with one file, as an operator uploads it. */
const upload = async (name: string, put: (file: string) => unknown): Promise<number> => {
	const folder = join(data, name);
	const dataset = join(folder, 'dataset');
	mkdirSync(join(dataset, 'video'), { recursive: true });
	mkdirSync(join(dataset, 'ann'));
	await put(join(dataset, 'video', 'framefan-canary.mp4'));
	writeFileSync(join(folder, 'meta.json'), JSON.stringify({ classes: [], tags: [], projectType: 'videos' }));
	const annotation = { size: { width: 64, height: 48 }, framesCount: 12, tags: [], objects: [], frames: [] };
	const keys = { description: '', key: '9'.repeat(32) };
	writeFileSync(join(dataset, 'ann', 'framefan-canary.mp4.json'), JSON.stringify({ ...annotation, ...keys }));
	return (await bench.server.importVideoProject(folder)).id;
};

const run = (where: string[], project: number) =>
	runFramefan(['canary', ...where, '--server', bench.server.address, '--project', String(project)], env);
const projects = () => bench.server.projects().length;

test('an exact deployment is told in one line; nothing but a project of its own is made', async () => {
	const project = await upload('known', file => copyFileSync(shipped, file));
	const before = projects();
	const { code, stdout, stderr } = await run(['--api', bench.stack.httpUrl], project);
	expect({ code, stderr }, stdout).toEqual({ code: 0, stderr: '' });
	expect(stdout).toMatch(/^All 12 frames are exact, in [\d.]+ s: project \d+ "framefan canary 20\d\d-[^"]+"\n$/);
	expect(projects()).toBe(before + 1);

	// On this machine, too, whose state is gone afterwards.
	const temporary = () => readdirSync(tmpdir()).filter(name => name.startsWith('framefan-canary-'));
	const kept = temporary();
	const local = await run(['--local', '--json'], project);
	expect(local.code, local.stderr).toBe(0);
	expect(lastJson(local.stdout)).toMatchObject({ state: 'exact', frames: 12, differences: [], faults: [] });
	expect(projects()).toBe(before + 2);
	expect(temporary()).toEqual(kept);
});

test('another video of this name: a table of differences, and exit code 1', async () => {
	let size = 0;
	const project = await upload('other', async file => {
		await writeTinyVideo(file);
		({ size } = statSync(file));
	});
	const { code, stdout, stderr } = await run(['--api', bench.stack.httpUrl], project);
	expect(code).toBe(1);
	expect(stderr).toMatch(
		new RegExp(`^error: The file on the server has ${size} bytes and the shipped one \\d+, so it`),
	);
	expect(stdout).toMatch(/^frame \| known SHA-256 of the pixels +\| found\n/);
	expect(stdout.match(/^\d+ +\| ([0-9a-f]{32}|no such frame) +\| [0-9a-f]{32}$/gm)).toHaveLength(30);
	expect(stdout.split('\n').filter(line => line.length > 80)).toEqual([]);
});

test('frames that could not be sampled are told with their faults', async () => {
	const project = await upload('cut', file => copyFileSync(shipped, file));
	bench.server.setFaults([{ match: 'images.bulk.add', share: 1, action: { status: 400 } }]);
	try {
		const { code, stdout } = await run(['--api', bench.stack.httpUrl, '--json'], project);
		expect(code).toBe(1);
		const outcome = lastJson(stdout) as { state: string; differences: { found: string }[]; faults: unknown[] };
		expect(outcome.state).toBe('different');
		expect(outcome.differences.map(({ found }) => found)).toEqual(Array(12).fill('missing'));
		expect(outcome.faults.length).toBeGreaterThan(0);
		const told = await run(['--api', bench.stack.httpUrl], project);
		expect(told.code).toBe(1);
		expect(told.stderr).toMatch(/^error: 12 frames differ from the 12 known ones: project \d+ /);
		expect(told.stdout).toMatch(/^11 +\| [0-9a-f]{32} +\| missing\nfault: framefan-canary\.mp4, /m);
	} finally {
		bench.server.setFaults([]);
	}
});

test('a project without the video: the file to upload is named', async () => {
	for (const [project, problem] of [
		[bench.source, `Project ${bench.source} has no video framefan-canary.mp4`],
		[99_999, `Project 99999 is not on ${bench.server.address}`],
	] as const) {
		const { code, stderr } = await run(['--api', bench.stack.httpUrl], project);
		expect(code).toBe(1);
		expect(stderr).toBe(
			`error: ${problem}: upload ${shipped} to a video project of the server once, and give the project's id as --project\n`,
		);
	}
});

test.each([
	[['--local', '--project', '1'], /--server is missing/],
	[['--server', 'http://127.0.0.1:9', '--project', '1'], /Give either --api URL or --local/],
	[['--local', '--server', 'http://127.0.0.1:9'], /--project is missing: upload .*framefan-canary\.mp4 to a video/],
])('%j is refused in one line', async (args, message) => {
	const { code, stderr } = await runFramefan(['canary', ...args], env);
	expect(code).toBe(2);
	expect(stderr).toMatch(message);
	expect(stderr.match(/^error: /gm)).toHaveLength(1);
});
