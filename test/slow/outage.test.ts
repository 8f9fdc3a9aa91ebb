import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { startSuperviselyServer } from '#demo/server/server.ts';
import { lastJson, startFramefan, until } from '#test/framefan-command.ts';
import { startLocalAws } from '#test/local-aws-process.ts';
import { testSigner } from '#test/signed-request.ts';
import { tiny, tinyVideos, writeTinyVideoProject } from '#test/tiny-video-project.ts';
import { startServiceProxy } from '../chaos/service-proxy.ts';

test('an S3 and an SQS that are away for some seconds end no sampling of the command', async () => {
	const folder = mkdtempSync(join(tmpdir(), 'framefan-outage-'));
	await writeTinyVideoProject(join(folder, 'tiny'));
	const server = await startSuperviselyServer({ dataDir: join(folder, 'server') });
	const { id: source } = await server.importVideoProject(join(folder, 'tiny'));
	const aws = await startLocalAws(join(folder, 'aws'));
	const proxies = [await startServiceProxy(), await startServiceProxy()] as const;
	onTestFinished(async () => {
		await Promise.all(proxies.map(proxy => proxy.close()));
		await aws.kill();
		await server.close();
		rmSync(folder, { recursive: true, force: true });
	});
	const [s3, sqs] = proxies;
	const present = () => {
		s3.target = aws.s3.endpoint;
		sqs.target = aws.sqs.endpoint;
	};
	present();
	// Slow enough that the outage falls into the work.
	server.setFaults([{ match: 'images.bulk.add', share: 1, action: { delayMs: 1500 } }]);
	const where = ['--server', server.address, '--project', String(source), '--data', join(folder, 'work')];
	const run = startFramefan(['sample', ...where, '--json'], {
		SUPERVISELY_API_TOKEN: server.token,
		AWS_ENDPOINT_URL_S3: s3.endpoint,
		AWS_ENDPOINT_URL_SQS: sqs.endpoint,
		AWS_ACCESS_KEY_ID: testSigner.credentials.accessKeyId,
		AWS_SECRET_ACCESS_KEY: testSigner.credentials.secretAccessKey,
		AWS_REGION: testSigner.region,
	});
	await until(() => (server.counters()['images.bulk.add']?.requests ?? 0) > 0, 60, 'images were added');
	s3.target = undefined;
	sqs.target = undefined;
	await new Promise(resolve => setTimeout(resolve, 6000));
	expect(run.child.exitCode).toBeNull();
	present();
	const { code, stdout, stderr } = await run.finished;
	expect(code, stderr + stdout).toBe(0);
	const frames = tiny.frames * tinyVideos.length;
	expect(lastJson(stdout)).toMatchObject({ state: 'completed', framesUploaded: frames, faults: [] });
});
