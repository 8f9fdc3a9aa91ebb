import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { startSuperviselyServer } from '#demo/server/server.ts';
import { lastJson, runFramefan } from '#test/framefan-command.ts';
import { writeTinyVideoProject } from '#test/tiny-video-project.ts';

const data = mkdtempSync(join(tmpdir(), 'framefan-given-up-'));
afterAll(() => rmSync(data, { recursive: true, force: true }));

test('a server that fails for good ends the command with a reason, and the same command completes on the healed one', async () => {
	await writeTinyVideoProject(join(data, 'tiny'));
	const server = await startSuperviselyServer({ dataDir: join(data, 'server') });
	try {
		const { id } = await server.importVideoProject(join(data, 'tiny'));
		const env = { SUPERVISELY_API_TOKEN: server.token };
		const args = [
			'sample',
			'--server',
			server.address,
			'--project',
			String(id),
			'--step',
			'10',
			'--json',
			'--data',
			join(data, 'work'),
		];
		server.setFaults([{ match: 'images.bulk.add', share: 1, action: { status: 500 } }]);
		const first = await runFramefan(args, env);
		expect(first.code).toBe(1);
		expect(first.stderr).toMatch(
			/^error: \d+ steps were given up.*images\.bulk\.add answered 500.*same command tries them again/m,
		);
		expect(lastJson(first.stdout)).toMatchObject({ state: 'failed' });

		server.setFaults([]);
		const second = await runFramefan(args, env);
		expect(second.code, second.stderr).toBe(0);
		expect(lastJson(second.stdout)).toMatchObject({
			state: 'completed',
			framesPlanned: 6,
			framesUploaded: 6,
			faults: [],
		});
		expect(server.projects().filter(({ type }) => type === 'images')).toHaveLength(1);
	} finally {
		await server.close();
	}
}, 400_000);
