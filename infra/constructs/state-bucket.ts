import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { BlockPublicAccess, Bucket } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { settings } from '../settings.ts';

/** What expires. What a scheduled sampling continues from does not: its destination, and label fingerprints. */
const expiring = ['samplings/', 'list/', 'open/', 'leases/', 'claims/', 'videos/'];

/** The bucket of the state: requests, plans, markers and reports. */
export class StateBucket extends Bucket {
	constructor(scope: Construct, id: string) {
		super(scope, id, {
			blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
			enforceSSL: true,
			lifecycleRules: [
				...expiring.map(prefix => ({ prefix, expiration: settings.stateRetention })),
				{ abortIncompleteMultipartUploadAfter: Duration.days(1) },
			],
			removalPolicy: RemovalPolicy.RETAIN,
		});
	}
}
