import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, it } from 'vitest';
import type { LoopbackServer } from '#local/aws/loopback.ts';
import { startS3 } from '#local/aws/s3/server.ts';
import { type S3Context, s3Context } from '#test/s3-context.ts';
import { s3Suite } from '#test/s3-suite.ts';
import { testSigner } from '#test/signed-request.ts';

describe('the local S3', () => {
	let dataDir: string;
	let server: LoopbackServer;
	let context: S3Context;
	beforeAll(async () => {
		dataDir = await mkdtemp(join(tmpdir(), 'framefan-s3-'));
		server = await startS3({ dataDir, ...testSigner });
		context = await s3Context({ endpoint: server.endpoint, ...testSigner });
	});
	afterAll(async () => {
		context.client.destroy();
		await server.close();
		await rm(dataDir, { recursive: true });
	});

	for (const check of s3Suite) it(check.name, () => check.run(context));
});
