import { Aws } from 'aws-cdk-lib';
import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';

/** The services that use the key on behalf of a function: S3, SQS, and SSM if the token is encrypted with it too. */
const services = ['s3', 'sqs', 'ssm'];

/**
 * Grants the rights to read and write what is encrypted with the customer's key, and only through the services that
 * store it. All functions need both: sending a message and completing a multipart upload decrypt too.
 */
export function grantKey(grantees: IGrantable[], key: IKey): void {
	const viaServices = services.map(service => `${service}.${Aws.REGION}.${Aws.URL_SUFFIX}`);
	for (const grantee of grantees)
		Grant.addToPrincipal({
			grantee,
			actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
			resourceArns: [key.keyArn],
			conditions: { StringEquals: { 'kms:ViaService': viaServices } },
		});
}
