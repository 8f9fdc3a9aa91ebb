import { Duration } from 'aws-cdk-lib';
import { BlockPublicAccess, Bucket, BucketEncryption } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { type Deployment, removalPolicyOf } from '../deployment.ts';

/** What expires. What a scheduled sampling continues from does not: its destination, and label fingerprints. */
const expiring = ['samplings/', 'list/', 'open/', 'leases/', 'claims/', 'videos/', 'copies/'];

/** The bucket of the state: requests, plans, markers and reports. */
export class StateBucket extends Bucket {
	constructor(scope: Construct, id: string, { choices, key }: Pick<Deployment, 'choices' | 'key'>) {
		const expiration = Duration.days(choices.stateRetentionDays);
		super(scope, id, {
			blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
			enforceSSL: true,
			lifecycleRules: [
				...expiring.map(prefix => ({ prefix, expiration })),
				{ abortIncompleteMultipartUploadAfter: Duration.days(1) },
			],
			removalPolicy: removalPolicyOf(choices.stateRemovalPolicy),
			...(key ? { encryption: BucketEncryption.KMS, encryptionKey: key, bucketKeyEnabled: true } : {}),
		});
	}
}
