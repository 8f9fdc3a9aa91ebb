import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { startSuperviselyServer } from '#demo/server/server.ts';
import { lastJson, runFramefan } from '#test/framefan-command.ts';
import { writeTinyVideoProject } from '#test/tiny-video-project.ts';

const data = mkdtempSync(join(tmpdir(), 'framefan-given-up-'));
afterAll(() => rmSync(data, { recursive: true, force: true }));

test('a failing server ends the command with faults; when it works again, so does the command', async () => {
	await writeTinyVideoProject(join(data, 'tiny'));
	const server = await startSuperviselyServer({ dataDir: join(data, 'server') });
	try {
		const { id } = await server.importVideoProject(join(data, 'tiny'));
		const env = { SUPERVISELY_API_TOKEN: server.token };
		const where = ['--server', server.address, '--project', String(id), '--data', join(data, 'work')];
		const args = ['sample', ...where, '--step', '10', '--json'];
		server.setFaults([{ match: 'images.bulk.add', share: 1, action: { status: 500 } }]);
		const first = await runFramefan(args, env);
		expect(first.code).toBe(1);
		const result = lastJson(first.stdout) as { state: string; faults: { reason: string; message: string }[] };
		expect(result).toMatchObject({ state: 'completed_with_faults', framesPlanned: 6, framesUploaded: 0 });
		expect(result.faults).toHaveLength(6);
		for (const { reason, message } of result.faults) {
			expect(reason).toBe('gave-up');
			expect(message).toMatch(/all deliveries failed, the last with: images\.bulk\.add answered 500/);
		}

		server.setFaults([]);
		const second = await runFramefan(args, env);
		expect(second.code, second.stderr).toBe(0);
		expect(lastJson(second.stdout)).toMatchObject({
			...{ state: 'completed', framesPlanned: 6, framesUploaded: 6, faults: [] },
		});
		expect(server.projects().filter(({ type }) => type === 'images')).toHaveLength(1);
	} finally {
		await server.close();
	}
}, 900_000);
