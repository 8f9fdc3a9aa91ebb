import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateBucketCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeMemoryStore } from '#library/memory-store.ts';
import type { LoopbackServer } from '#local/aws/loopback.ts';
import { startS3 } from '#local/aws/s3/server.ts';
import { checkS3 } from '#local/check-s3.ts';
import { makeStateStore } from '#shared/aws/state-store.ts';
import { testSigner } from '#test/signed-request.ts';

const folder = mkdtempSync(join(tmpdir(), 'framefan-check-s3-'));
let server: LoopbackServer;
beforeAll(async () => {
	server = await startS3({ dataDir: folder, ...testSigner });
	await connect().send(new CreateBucketCommand({ Bucket: 'state' }));
});
afterAll(async () => {
	await server.close();
	rmSync(folder, { recursive: true, force: true });
});

/** A client of an S3 that has never heard of some headers. */
const connect = (...unknown: string[]): S3Client => {
	const s3 = new S3Client({ ...testSigner, endpoint: server.endpoint, forcePathStyle: true });
	s3.middlewareStack.add(
		next => args => {
			const { headers } = args.request as { headers: Record<string, string> };
			for (const name of unknown) delete headers[name];
			return next(args);
		},
		{ step: 'build', priority: 'low' },
	);
	return s3;
};

test('the documents in memory, which library calls use, keep what is asked of an S3', async () => {
	expect(await checkS3(makeMemoryStore(), 'memory')).toBeUndefined();
});

test('an S3 that knows conditional writes is taken, and nothing of the check stays there', async () => {
	const s3 = connect();
	expect(await checkS3(makeStateStore(s3, 'state'), server.endpoint)).toBeUndefined();
	expect((await s3.send(new ListObjectsV2Command({ Bucket: 'state' }))).KeyCount).toBe(0);
});

test.each([
	['if-none-match', 'creating a document that exists succeeded'],
	['if-match', 'replacing a document that has changed succeeded'],
])('one that ignores %s is refused by what it does, with what to do', async (header, what) => {
	await expect(checkS3(makeStateStore(connect(header), 'state'), 'http://other')).rejects.toThrow(
		`The S3 at http://other can't store the state: ${what}. Use an S3 with conditional writes`,
	);
});

test('one that lets two win at the same time is taken with a warning', async () => {
	const s3 = connect();
	// It looks whether a key is there, and writes when everybody has looked.
	s3.middlewareStack.add(
		next => async args => {
			const { headers, path } = args.request as { headers: Record<string, string>; path: string };
			if (!path.includes('race') || !headers['if-none-match']) return next(args);
			delete headers['if-none-match'];
			return next(args);
		},
		{ step: 'build', priority: 'low' },
	);
	expect(await checkS3(makeStateStore(s3, 'state'), 'http://other')).toMatch(
		/http:\/\/other lets 8 of 8 simultaneous conditional writes succeed, so work may be done twice/,
	);
});
