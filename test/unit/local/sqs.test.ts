import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { type SqsServer, startSqs } from '#local/aws/sqs/server.ts';
import { testSigner } from '#test/signed-request.ts';
import { type SqsContext, sqsContext } from '#test/sqs-context.ts';
import { sqsSuite } from '#test/sqs-suite.ts';

describe('the local SQS', () => {
	let dataDir: string;
	let server: SqsServer;
	let context: SqsContext;
	beforeAll(async () => {
		dataDir = await mkdtemp(join(tmpdir(), 'framefan-sqs-'));
		server = await startSqs({ dataDir, ...testSigner, accountId: '000000000000' });
		context = sqsContext({ endpoint: server.endpoint, ...testSigner });
	});
	afterAll(async () => {
		context.client.destroy();
		await server.close();
		await rm(dataDir, { recursive: true });
	});

	for (const check of sqsSuite) it(check.name, () => check.run(context));
});
