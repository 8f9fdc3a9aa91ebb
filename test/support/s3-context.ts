import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import type { ServiceAddress } from './signed-request.ts';

/** An S3 under test. */
export type S3Context = ServiceAddress & {
	readonly client: S3Client;
	/** A bucket that all checks share, each with keys of its own. */
	readonly bucket: string;
};

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
