import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { onTestFinished } from 'vitest';
import { startS3 } from '#local/aws/s3/server.ts';
import { makeStateStore } from '#shared/aws/state-store.ts';
import type { StateStore } from '#shared/state-store.ts';
import { testSigner } from './signed-request.ts';

/** A state store on an S3 of its own, which is gone after the test. */
export async function temporaryState(): Promise<StateStore> {
	return (await temporaryBucket()).store;
}

/** The same with the client and the bucket of the store. */
export async function temporaryBucket(): Promise<{ s3: S3Client; bucket: string; store: StateStore }> {
	const folder = mkdtempSync(join(tmpdir(), 'framefan-state-'));
	const { credentials, region } = testSigner;
	const server = await startS3({ dataDir: folder, credentials, region });
	const s3 = new S3Client({ region, credentials, endpoint: server.endpoint, forcePathStyle: true });
	await s3.send(new CreateBucketCommand({ Bucket: 'state' }));
	onTestFinished(async () => {
		s3.destroy();
		await server.close();
		rmSync(folder, { recursive: true, force: true });
	});
	return { s3, bucket: 'state', store: makeStateStore(s3, 'state') };
}
