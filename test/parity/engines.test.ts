import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ListBucketsCommand, S3Client } from '@aws-sdk/client-s3';
import { ListQueuesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type SuperviselyServer, startSuperviselyServer } from '#demo/server/server.ts';
import { killAtFirstFrames, lastJson, runFramefan, startFramefan } from '#test/framefan-command.ts';
import { startMinistack } from '#test/ministack.ts';
import { startMoto } from '#test/moto.ts';
import type { ServiceAddress } from '#test/signed-request.ts';
import { tiny, tinyVideos, writeTinyVideoProject } from '#test/tiny-video-project.ts';

/** Engines for S3 and SQS that others wrote. */
const engines = { moto: startMoto, ministack: startMinistack };
const frames = tiny.frames * tinyVideos.length;

const data = mkdtempSync(join(tmpdir(), 'framefan-engines-'));
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

describe.each(Object.keys(engines) as (keyof typeof engines)[])('on the S3 and the SQS of %s', name => {
	let engine: (ServiceAddress & { stop(): Promise<void> }) | undefined;
	let reason = '';
	beforeAll(async () => {
		const started = await engines[name]();
		if ('unavailable' in started) {
			reason = started.unavailable;
			console.error(`\nNOT RUN: sampling on ${name}. ${reason}\n`);
		} else engine = started;
	});
	afterAll(() => engine?.stop());

	const environment = ({ endpoint, credentials, region }: ServiceAddress, services: string[]) => ({
		SUPERVISELY_API_TOKEN: server.token,
		AWS_ACCESS_KEY_ID: credentials.accessKeyId,
		AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
		AWS_REGION: region,
		...Object.fromEntries(services.map(service => [`AWS_ENDPOINT_URL_${service}`, endpoint])),
	});
	const sample = (folder: string) => [
		...['sample', '--server', server.address, '--project', String(source), '--json'],
		...['--data', join(data, name, folder), '--name', `${name} ${folder}`],
	];
	const complete = {
		...{ state: 'completed', framesPlanned: frames, framesUploaded: frames, framesAlreadyThere: 0, faults: [] },
	};

	test.for([{ services: ['S3', 'SQS'] }, { services: ['S3'] }])(
		'$services of it: all is sampled, killed in the middle or not',
		async ({ services }, context) => {
			if (!engine) return context.skip(`NOT RUN: ${reason}`);
			const env = environment(engine, services);
			const folder = services.join('-');
			const first = startFramefan(sample(folder), env);
			await killAtFirstFrames(first);
			const second = await runFramefan(sample(folder), env);
			expect(second.code, second.stderr).toBe(0);
			expect(lastJson(second.stdout)).toMatchObject(complete);
			const client = { endpoint: engine.endpoint, region: engine.region, credentials: engine.credentials };
			if (services.includes('S3')) {
				const { Buckets = [] } = await new S3Client({ ...client, forcePathStyle: true }).send(
					new ListBucketsCommand({}),
				);
				expect(Buckets.some(({ Name }) => Name?.startsWith('framefan-'))).toBe(true);
			}
			if (services.includes('SQS')) {
				const { QueueUrls = [] } = await new SQSClient(client).send(new ListQueuesCommand({}));
				expect(QueueUrls.filter(url => url.includes('/framefan-')).length).toBeGreaterThanOrEqual(6);
			}
		},
	);

	test('without credentials, or at an address where nobody is, one clear line tells what to do', async () => {
		const refused = async (env: Record<string, string>, message: RegExp) => {
			const finished = await runFramefan(sample('bad'), { SUPERVISELY_API_TOKEN: server.token, ...env });
			expect(finished.code).toBe(1);
			expect(finished.stderr).toMatch(message);
			expect(finished.stderr.match(/^error: /gm)).toHaveLength(1);
		};
		await refused({ AWS_ENDPOINT_URL_S3: 'http://127.0.0.1:9', AWS_ACCESS_KEY_ID: '' }, /AWS_ACCESS_KEY_ID/);
		await refused({ AWS_ENDPOINT_URL_SQS: 'nowhere', AWS_ACCESS_KEY_ID: 'a' }, /AWS_ENDPOINT_URL_SQS is "nowhere"/);
		const pair = { AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b' };
		await refused({ AWS_ENDPOINT_URL_S3: 'http://127.0.0.1:9', ...pair }, /Bucket .* could not be created/);
	});
});
