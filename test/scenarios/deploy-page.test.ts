import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openDeployment } from '#test/deployment.ts';
import { sectionBlocks } from '#test/page-blocks.ts';
import type { Workbench } from '#test/workbench.ts';

const framefan = join(import.meta.dirname, '../../cli/framefan.mjs');
let bench: Workbench;
let env: Record<string, string>;
beforeAll(async () => {
	const deployment = await openDeployment();
	bench = deployment.bench;
	// The page asks for no token: the deployment has its own.
	const { SUPERVISELY_API_TOKEN: _, ...keys } = deployment.env;
	env = { ...keys, HTTP_URL: bench.stack.httpUrl };
});
afterAll(() => bench.close());

/** Runs a block of the page in bash, with the project of the test; what CDK would do is only told. */
async function run(block: string | undefined) {
	const npx = `npx() { case $1 in framefan) shift; node ${framefan} "$@";; *) echo "npx $*";; esac; }`;
	const script = `set -eo pipefail\n${npx}\n${block?.replaceAll('12345', String(bench.source))}`;
	const child = spawn('bash', ['-c', script], { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
	const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
	return { code: code as number, stdout, stderr };
}

const hasCurl = ((): boolean => {
	try {
		return execFileSync('curl', ['--help', 'all'], { encoding: 'utf8' }).includes('--aws-sigv4');
	} catch {
		return false;
	}
})();

test('the first sampling of docs/deploy.md by the command: looked at, estimated, sampled', async () => {
	const [commands] = sectionBlocks('docs/deploy.md', 'First sampling');
	const { code, stdout, stderr } = await run(commands);
	expect(code, stderr + stdout).toBe(0);
	expect(stdout).toMatch(/^its server +\| ok: /m);
	expect(stdout).toMatch(/^ +frames +≈ 6 in 2 chunks \(about: needs index\)$/m);
	expect(stdout).toMatch(/^completed in [\d.]+ s: project \d+ /m);
});

test.skipIf(!hasCurl)('the first sampling of docs/deploy.md by curl, which signs the request', async () => {
	const [, request] = sectionBlocks('docs/deploy.md', 'First sampling');
	const { code, stdout, stderr } = await run(request);
	expect(code, stderr).toBe(0);
	const started = JSON.parse(stdout) as { id: string };
	expect(started).toEqual({ id: expect.any(String), attempt: 1 });
	expect(await bench.ended(started.id)).toMatchObject({ state: 'completed', framesPlanned: 6 });
	const { stdout: refused } = await run(request?.replace('$AWS_SECRET_ACCESS_KEY', 'not-the-right-one'));
	expect(JSON.parse(refused)).toEqual({ message: expect.stringMatching(/^Forbidden/) });
});

test('before the stack is removed, docs/deploy.md cancels what is running and no more', async () => {
	const { id: before } = await bench.api.start({ source: { projectId: bench.source }, settings: { step: 15 } });
	await bench.ended(before);
	bench.server.setFaults([{ match: 'images.bulk.add', share: 1, action: { delayMs: 3000 } }]);
	const source = { projectId: bench.source };
	const started = [await bench.api.start({ source }), await bench.api.start({ source })];
	const [stop] = sectionBlocks('docs/deploy.md', 'Remove everything');
	const { code, stdout, stderr } = await run(stop);
	bench.server.setFaults([]);
	expect(code, stderr).toBe(0);
	expect(stdout).toContain('npx cdk deploy --parameters ScheduleState=DISABLED');
	for (const { id } of started) expect(await bench.api.status(id)).toMatchObject({ state: 'cancelled' });
	expect(await bench.api.status(before)).toMatchObject({ state: 'completed' });
});
