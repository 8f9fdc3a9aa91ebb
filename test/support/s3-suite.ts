import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import type { Check } from './check.ts';
import { conditionChecks } from './s3-checks/conditions.ts';
import { listingChecks } from './s3-checks/listing.ts';
import { multipartChecks } from './s3-checks/multipart.ts';
import { objectChecks } from './s3-checks/objects.ts';
import { refusalChecks } from './s3-checks/refusals.ts';
import { signingChecks } from './s3-checks/signing.ts';
import type { ServiceAddress } from './signed-request.ts';

/** An S3 under test. */
export type S3Context = ServiceAddress & {
	readonly client: S3Client;
	/** A bucket that all checks share, each with keys of its own. */
	readonly bucket: string;
};

/** What an S3 must do for this system, as calls of the real SDK. */
export const s3Suite: readonly Check<S3Context>[] = [
	...objectChecks,
	...conditionChecks,
	...listingChecks,
	...multipartChecks,
	...signingChecks,
	...refusalChecks,
];

/** Connects to an S3 and makes the bucket the checks share. */
export async function s3Context(address: ServiceAddress): Promise<S3Context> {
	const client = s3Client(address);
	const bucket = 'checks';
	await client.send(new CreateBucketCommand({ Bucket: bucket }));
	return { ...address, client, bucket };
}

/** A client that fails at once where the SDK would try again, so that a check sees the first answer. */
export function s3Client({ endpoint, region, credentials }: ServiceAddress): S3Client {
	return new S3Client({ endpoint, region, credentials, maxAttempts: 1 });
}
