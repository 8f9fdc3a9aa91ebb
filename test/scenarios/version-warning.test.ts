import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type SuperviselyServer, startSuperviselyServer } from '#demo/server/server.ts';
import { tiny, tinyVideos, writeTinyVideoProject } from '#test/tiny-video-project.ts';
import { versionWarning } from '#test/version-warning.ts';

const repository = dirname(dirname(import.meta.dirname));
const data = mkdtempSync(join(tmpdir(), 'framefan-warning-'));
let server: SuperviselyServer;
let source: number;

beforeAll(async () => {
	await writeTinyVideoProject(join(data, 'tiny'));
	server = await startSuperviselyServer({ dataDir: join(data, 'server') });
	source = (await server.importVideoProject(join(data, 'tiny'))).id;
});
afterAll(async () => {
	await server.close();
	rmSync(data, { recursive: true, force: true });
});

/** What a program of this package prints. */
const printed = async (program: string): Promise<string> => {
	const args = ['--import', 'tsx', '--input-type=module', '--eval', program];
	const { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: _, ...env } = process.env;
	const { stdout, stderr } = await promisify(execFile)(process.execPath, args, { cwd: repository, env });
	return stdout + stderr;
};

test.runIf(Number.parseInt(process.versions.node, 10) < 22)('the AWS SDK does warn on this Node', async () => {
	const client = `import { S3Client } from '@aws-sdk/client-s3'; new S3Client({ region: 'us-east-1' });`;
	expect(await printed(client)).toMatch(versionWarning);
});

test('a sampling by the library has no warning', async () => {
	const output = await printed(
		`import { SuperviselyClient, sampleVideoProject } from './library/index.ts';
		const client = new SuperviselyClient('${server.address}', '${server.token}');
		console.log((await sampleVideoProject(client, ${source}, {}, { name: 'by the library' })).framesUploaded);`,
	);
	expect(output).toContain(String(tiny.frames * tinyVideos.length));
	expect(output).not.toMatch(versionWarning);
});
