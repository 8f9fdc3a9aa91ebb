import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { type SqsServer, startSqs } from '#local/sqs/server.ts';
import { type SqsContext, sqsContext, sqsSuite } from '#test/sqs-suite.ts';

const region = 'us-east-1';
const credentials = { accessKeyId: 'AKIALOCAL', secretAccessKey: 'local-secret' };

describe('the local SQS', () => {
	let dataDir: string;
	let server: SqsServer;
	let context: SqsContext;
	beforeAll(async () => {
		dataDir = await mkdtemp(join(tmpdir(), 'framefan-sqs-'));
		server = await startSqs({ dataDir, credentials, region, accountId: '000000000000' });
		context = sqsContext({ endpoint: server.endpoint, region, credentials });
	});
	afterAll(async () => {
		context.client.destroy();
		await server.close();
		await rm(dataDir, { recursive: true });
	});

	for (const check of sqsSuite) it(check.name, () => check.run(context));
});
