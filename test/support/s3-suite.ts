import type { Check } from './check.ts';
import { conditionChecks } from './s3-checks/conditions.ts';
import { listingChecks } from './s3-checks/listing.ts';
import { multipartChecks } from './s3-checks/multipart.ts';
import { objectChecks } from './s3-checks/objects.ts';
import { refusalChecks } from './s3-checks/refusals.ts';
import { signingChecks } from './s3-checks/signing.ts';
import type { S3Context } from './s3-context.ts';

/** What an S3 must do for this system, as calls of the real SDK. */
export const s3Suite: readonly Check<S3Context>[] = [
	...objectChecks,
	...conditionChecks,
	...listingChecks,
	...multipartChecks,
	...signingChecks,
	...refusalChecks,
];
