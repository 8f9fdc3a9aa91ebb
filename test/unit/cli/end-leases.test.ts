import { expect, test } from 'vitest';
import { underLease } from '#shared/aws/lease.ts';
import { keys } from '#shared/sampling/keys.ts';
import { temporaryBucket } from '#test/state-folder.ts';
import { endLeases } from '../../../cli/end-leases.ts';

test('leases of a process that died are ended, and are known to have been held', async () => {
	const { s3, bucket, store } = await temporaryBucket();
	const lease = { holder: 'dead', until: Date.now() + 60_000 };
	const [chunk, project] = [keys.chunkLease('abc', 'video-1-0'), keys.projectLease(5)];
	await store.write(chunk, lease);
	await store.write(project, lease);
	await expect(underLease(store, chunk, { ms: 1000 }, async () => {})).rejects.toThrow('locked by another worker');
	await endLeases(s3, bucket, 60_000);
	expect(await underLease(store, chunk, { ms: 1000 }, async isFirst => isFirst)).toBe(false);
	expect(await underLease(store, project, { ms: 1000 }, async isFirst => isFirst)).toBe(false);
});
