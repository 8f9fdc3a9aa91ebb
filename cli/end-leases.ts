import { paginateListObjectsV2, type S3Client } from '@aws-sdk/client-s3';
import { endLease } from '#shared/aws/lease.ts';
import { makeStateStore } from '#shared/aws/state-store.ts';
import { keys } from '#shared/sampling/keys.ts';

/**
 * Ends the leases of functions that died with an earlier process of this command, so that their chunks need not wait
 * until the leases expire.
 * @param leaseMs how long a lease lasts: older ones have expired
 */
export async function endLeases(s3: S3Client, Bucket: string, leaseMs: number): Promise<void> {
	const store = makeStateStore(s3, Bucket);
	const oldest = Date.now() - leaseMs - 1000;
	for await (const { Contents = [] } of paginateListObjectsV2({ client: s3 }, { Bucket, Prefix: keys.leases })) {
		const held = Contents.filter(({ LastModified }) => (LastModified?.getTime() ?? 0) > oldest);
		await Promise.all(held.map(({ Key = '' }) => endLease(store, Key)));
	}
}
