import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import type { StateRights } from '../state-rights.ts';

/** Grants rights to documents of the state bucket. */
export function grantState(bucket: Bucket, grantee: IGrantable, rights: StateRights): void {
	const grant = (actions: string[], keys: readonly string[]) => {
		const resourceArns = keys.map(key => bucket.arnForObjects(key));
		if (keys.length > 0) Grant.addToPrincipal({ grantee, actions, resourceArns });
	};
	Grant.addToPrincipal({ grantee, actions: ['s3:ListBucket'], resourceArns: [bucket.bucketArn] });
	grant(['s3:GetObject'], rights.read);
	grant(['s3:PutObject'], rights.write);
	grant(['s3:PutObject', 's3:AbortMultipartUpload'], rights.upload);
	grant(['s3:DeleteObject'], rights.delete);
}
