import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { SuperviselyServer } from '#demo/server/server.ts';
import { checkDemoResult } from '#test/check-demo-result.ts';
import { demoProject } from '#test/demo-project.ts';
import { openDeployment } from '#test/deployment.ts';
import { killAtFirstFrames, lastJson, runFramefan, startFramefan } from '#test/framefan-command.ts';
import { versionWarning } from '#test/version-warning.ts';
import type { Workbench } from '#test/workbench.ts';

const data = mkdtempSync(join(tmpdir(), 'framefan-sample-'));
let bench: Workbench;
let server: SuperviselyServer;
let source: number;
let project: string;
let env: Record<string, string>;
/** Of the deployment, which has a token of its own. */
let keys: Record<string, string>;

beforeAll(async () => {
	({ bench, env: keys } = await openDeployment());
	server = bench.server;
	env = { SUPERVISELY_API_TOKEN: server.token, AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: '' };
	keys = { ...keys, SUPERVISELY_API_TOKEN: '' };
	project = await demoProject();
	source = (await server.importVideoProject(project)).id;
});
afterAll(async () => {
	await bench.close();
	rmSync(data, { recursive: true, force: true });
});

const sample = (more: string[], dataDir = 'work') => [
	...['sample', '--server', server.address, '--project', String(source), '--json', '--data', join(data, dataDir)],
	...more,
];
const onDeployment = (...options: string[]) => ['sample', '--api', bench.stack.httpUrl, '--json', ...options];
const imagesProjects = () => server.projects().filter(({ type }) => type === 'images').length;

test('a range with a step, resized, cut off by SIGKILL, goes on in the same destination', async () => {
	const options = ['--start', '20', '--end', '330', '--step', '10', '--resize', '180x160', '--name', 'resized'];
	const before = imagesProjects();
	const first = startFramefan(sample(options), env);
	await killAtFirstFrames(first);
	const second = await runFramefan(sample(options), env);
	expect(second.code, second.stderr).toBe(0);
	expect(second.stderr).toContain('Continuing');
	expect(first.output() + second.stdout + second.stderr).not.toMatch(versionWarning);
	const result = lastJson(second.stdout) as { destination: { id: number; name: string }; labels: number };
	const wanted = Array.from({ length: 31 }, (_, at) => 20 + 10 * at);
	expect(result).toMatchObject({ state: 'completed', framesPlanned: 4 * 31, framesUploaded: 4 * 31, faults: [] });
	expect(result.destination.name).toBe('resized');
	expect(imagesProjects()).toBe(before + 1);

	// 160 wide, 180 high: the videos have different sizes, so each is checked with its own scale.
	const folder = join(data, 'resized');
	await server.exportImagesProject(result.destination.id, folder);
	const checked = await checkDemoResult(folder, () => wanted, { height: 180, width: 160 });
	expect(checked).toEqual({ images: 4 * 31, labels: result.labels });
});

test('on this machine the indexes of earlier samplings make an estimate exact', async () => {
	const estimated = async (folder: string) => {
		const where = ['--server', server.address, '--project', String(source), '--data', join(data, folder)];
		const range = ['--start', '20', '--end', '330', '--step', '10'];
		const { code, stdout, stderr } = await runFramefan(['estimate', '--local', ...where, ...range, '--json'], env);
		expect(code, stderr).toBe(0);
		return lastJson(stdout);
	};
	expect(await estimated('other')).toMatchObject({ videos: 4, accuracy: 'about', needs: ['index'] });
	expect(await estimated('work')).toMatchObject({ accuracy: 'exact', needs: [], frames: 4 * 31, complete: true });
});

describe('bad input ends with one clear line and makes nothing', () => {
	const refuse = async (args: string[], code: number, message: RegExp, more = env) => {
		const before = server.projects().length;
		const finished = await runFramefan(args, more);
		expect(finished.stderr).toMatch(message);
		expect(finished.stderr.match(/^error: /gm)).toHaveLength(1);
		expect(finished.code).toBe(code);
		expect(server.projects().length).toBe(before);
	};
	test.each([
		[['--step', '0'], /step.*'0'.*whole number from 1/],
		[['--start', '-1'], /start.*'-1'.*whole number from 0/],
		[['--start', '9', '--end', '9'], /--end is 9 and --start is 9/],
		[['--resize', '0x10'], /resize.*'0x10'.*from 1 to 16384/],
		[['--into', '5', '--name', 'x'], /--into 5.*--name x/],
	])('%j is a usage error', (options, message) => refuse(sample(options), 2, message));

	test('an unknown project', () => refuse(onDeployment('--project', '999999'), 1, /no project 999999/, keys));
	test('an images project as source', async () => {
		const images = server.projects().find(({ type }) => type === 'images')?.id;
		const args = onDeployment('--project', String(images));
		await refuse(args, 1, /has type images: a source must be a project of type videos/, keys);
	});
	test('a destination that is no images project', () =>
		refuse(
			onDeployment('--project', String(source), '--into', String(source)),
			1,
			/has type videos: a destination must be a project of type images/,
			keys,
		));
	test('an unreachable server', () =>
		refuse(
			['sample', '--server', 'http://127.0.0.1:9', '--project', '1', '--data', join(data, 'bad')],
			1,
			/127\.0\.0\.1:9 can't be reached/,
		));
	test('a wrong token', () =>
		refuse(sample([], 'bad'), 1, /refused the API token/, { SUPERVISELY_API_TOKEN: 'wrong' }));
	test('a class that the destination defines differently', async () => {
		const call = async (endpoint: string, body: unknown) => {
			const response = await fetch(`${server.address}/public/api/v3/${endpoint}`, {
				method: 'POST',
				headers: { 'x-api-key': server.token, 'content-type': 'application/json' },
				body: JSON.stringify(body),
			});
			expect(response.status, endpoint).toBe(200);
			return (await response.json()) as { id: number; workspaceId: number };
		};
		const { workspaceId } = await call('projects.info', { id: source });
		const { id } = await call('projects.add', { name: 'another car', workspaceId, type: 'images' });
		const meta = { classes: [{ title: 'car', shape: 'polygon', color: '#112233' }], tags: [] };
		await call('projects.meta.update', { id, meta });
		await refuse(
			onDeployment('--project', String(source), '--into', String(id)),
			1,
			/class "car" with shape rectangle.*class "car" with shape polygon/,
			keys,
		);
	});
	test('no token in what is kept or said, and no warning of the AWS SDK', () => {
		const kept = readdirSync(join(data, 'work'), { recursive: true, withFileTypes: true })
			.filter(entry => entry.isFile())
			.map(entry => readFileSync(join(entry.parentPath, entry.name), 'latin1'));
		expect(kept.length).toBeGreaterThan(10);
		expect(kept.filter(text => text.includes(server.token) || versionWarning.test(text))).toEqual([]);
	});
});
