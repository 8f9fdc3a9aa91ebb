import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { lastingState, openDeployment } from '#test/deployment.ts';
import { lastJson, runFramefan, startFramefan, until } from '#test/framefan-command.ts';
import { tinyFrames, type Workbench } from '#test/workbench.ts';

const data = mkdtempSync(join(tmpdir(), 'framefan-verbs-'));
let bench: Workbench;
let env: Record<string, string>;
beforeAll(async () => {
	({ bench, env } = await openDeployment());
});
afterAll(async () => {
	await bench.close();
	rmSync(data, { recursive: true, force: true });
});

const run = async (args: string[], code = 0) => {
	const finished = await runFramefan(args, env);
	expect(finished.code, finished.stderr + finished.stdout).toBe(code);
	return finished;
};
/** Only a terminal has notes on several lines. */
const short = (stdout: string) =>
	expect(stdout.split('\n').filter(line => line.length > 80 && !/^ *note: /.test(line))).toEqual([]);

test("a deployment's samplings are estimated, listed, told, cancelled and retried", async () => {
	const api = ['--api', bench.stack.httpUrl];
	const before = await lastingState(bench);
	const estimate = await run(['estimate', ...api, '--project', String(bench.source), '--step', '10']);
	expect(estimate.stdout).toMatch(/videos +2\n +frames +≈ 6 in 2 chunks \(about: needs index\)/);
	short(estimate.stdout);
	expect(estimate.stdout).toMatch(/^ +as png +[\d.]+ kB, \$0\.\d+$/m);
	expect(estimate.stdout).toMatch(/^ +as jpg +[\d.]+ kB, \$0\.\d+, quality 95, chroma 444$/m);
	const small = ['--format', 'webp', '--quality', '50'];
	const chosen = await run(['estimate', ...api, '--project', String(bench.source), '--step', '10', ...small]);
	const [, size] = /^ +as webp +([\d.]+ kB), .*quality 50$/m.exec(chosen.stdout) ?? [];
	expect(chosen.stdout).toMatch(new RegExp(`^ +write +${size}$`, 'm'));
	short(chosen.stdout);
	expect(await lastingState(bench)).toEqual(before);

	bench.server.setFaults([{ match: 'images.bulk.add', share: 1, action: { delayMs: 1500 } }]);
	const { id } = await bench.api.start({ source: { projectId: bench.source }, destination: { name: 'verbs' } });
	expect(lastJson((await run(['cancel', id, ...api, '--json'])).stdout)).toMatchObject({ state: 'cancelled' });
	bench.server.setFaults([]);
	expect((await run(['status', id, ...api])).stdout).toMatch(/state +cancelled\n +reason +Cancelled on request/);
	expect(lastJson((await run(['retry', id, ...api, '--json'])).stdout)).toEqual({ id, attempt: 2 });
	await bench.ended(id);
	const status = await run(['status', id, ...api]);
	expect(status.stdout).toMatch(/state +completed\n/);
	expect(status.stdout).toMatch(
		new RegExp(`frames +${tinyFrames} uploaded, 0 already there, of ${tinyFrames} planned`),
	);
	const list = await run(['list', ...api]);
	expect(list.stdout).toMatch(new RegExp(`^${id} .* completed +${tinyFrames}/${tinyFrames}`, 'm'));
	short(list.stdout);
	const again = await run(['retry', id, ...api], 1);
	expect(again.stderr).toMatch(/^error: .*409.*nothing to retry/m);
});

test('a sampling of a deployment is started and followed to its end, with the keys of a profile', async () => {
	const args = ['sample', '--api', bench.stack.httpUrl, '--project', String(bench.source), '--step', '10'];
	const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, ...others } = env;
	const credentials = join(data, 'credentials');
	const [id, secret] = [`aws_access_key_id = ${AWS_ACCESS_KEY_ID}`, `aws_secret_access_key = ${AWS_SECRET_ACCESS_KEY}`];
	writeFileSync(credentials, `[sampler]\n${id}\n${secret}\n`);
	const withProfile = { ...others, AWS_SHARED_CREDENTIALS_FILE: credentials, AWS_PROFILE: 'sampler' };
	const { code, stdout, stderr } = await runFramefan([...args, '--name', 'by profile'], withProfile);
	expect(code, stderr).toBe(0);
	expect(stderr).toMatch(/^Sampling \w+ has started\.\n/);
	expect(stdout).toMatch(/^completed in [\d.]+ s: project \d+ "by profile"\n6 frames uploaded, 0 already there/);

	const last = await runFramefan([...args, '--json'], env);
	expect(lastJson(last.stdout)).toMatchObject({ state: 'completed', framesPlanned: 6, faults: [] });

	const unknown = await runFramefan(args, { ...withProfile, AWS_PROFILE: 'nobody', AWS_EC2_METADATA_DISABLED: 'true' });
	expect(unknown.code).toBe(1);
	expect(unknown.stderr).toMatch(/^error: No AWS credentials \(profile nobody: .*\): set AWS_PROFILE.*\n$/);

	for (const where of [[], ['--server', bench.server.address, '--api', bench.stack.httpUrl]]) {
		const refused = await runFramefan(['sample', ...where, '--project', '1'], env);
		expect(refused.code).toBe(2);
		expect(refused.stderr).toMatch(/either --server URL, .* or --api URL/);
	}
});

test('samplings on this machine are listed, shown, cancelled, retried, and told image by image', async () => {
	const local = ['--local', '--data', data];
	bench.server.setFaults([{ match: 'images.bulk.add', share: 1, action: { delayMs: 3000 } }]);
	const where = ['--server', bench.server.address, '--project', String(bench.source), '--data', data];
	const running = startFramefan(['sample', ...where, '--json'], env);
	type Page = { samplings: { id: string; state: string }[] };
	const listed = async () => lastJson((await run(['list', ...local, '--json'])).stdout) as Page;
	let id = '';
	await until(
		async () => {
			id = (await listed().catch(() => ({ samplings: [] }) as Page)).samplings[0]?.id ?? '';
			return id !== '';
		},
		60,
		'the sampling was listed',
	);
	await run(['cancel', id, ...local]);
	const cancelled = await running.finished;
	expect(cancelled.code).toBe(1);
	expect(lastJson(cancelled.stdout)).toMatchObject({
		state: 'cancelled',
		faults: [{ message: 'Cancelled on request' }],
	});

	bench.server.setFaults([]);
	for (const name of readdirSync(data).filter(each => each.startsWith('videos-')))
		rmSync(join(data, name), { recursive: true });
	// Nothing runs any more: the state is asked for all the same.
	expect((await run(['status', id, ...local])).stdout).toMatch(/state +cancelled/);
	const retried = await run(['retry', id, ...local, '--json']);
	expect(lastJson(retried.stdout)).toMatchObject({ state: 'completed', framesUploaded: tinyFrames });
	expect((await listed()).samplings).toMatchObject([{ id, state: 'completed' }]);
	// By the indexes that the retry has left.
	const project = ['--server', bench.server.address, '--project', String(bench.source)];
	const estimated = await run(['estimate', ...local, ...project, '--fps', '1', '--json']);
	expect(lastJson(estimated.stdout)).toMatchObject({ accuracy: 'exact', needs: [] });
	const out = join(data, 'images.csv');
	const manifest = await run(['manifest', id, ...local, '--out', out, '--json']);
	expect(lastJson(manifest.stdout)).toEqual({ file: out, images: tinyFrames });
});

test.each([
	[['list'], 2, /either --api URL or --local/],
	[['list', '--api', 'nowhere'], 2, /--api is "nowhere"/],
	[['status', 'nobody', '--local', '--data', data], 1, /no sampling nobody/],
	[['estimate', '--local', '--project', '1'], 2, /--local needs --server/],
	[['status', 'x', '--api', 'http://127.0.0.1:9'], 1, /127\.0\.0\.1:9 can't be reached/],
])('%j is refused in one line', async (args, code, message) => {
	const { stderr } = await run(args, code);
	expect(stderr).toMatch(message);
	expect(stderr.match(/^error: /gm)).toHaveLength(1);
});
