import {
	CreateQueueCommand,
	GetQueueAttributesCommand,
	SetQueueAttributesCommand,
	SQSClient,
} from '@aws-sdk/client-sqs';
import type { ServiceAddress } from './signed-request.ts';

/** An SQS under test. */
export type SqsContext = ServiceAddress & {
	readonly client: SQSClient;
};

/** A queue made for one check. */
export type FreshQueue = {
	readonly QueueUrl: string;
	readonly arn: string;
};

export function sqsContext(address: ServiceAddress): SqsContext {
	return { ...address, client: sqsClient(address) };
}

/** A client that fails at once where the SDK would try again, so that a check sees the first answer. */
export function sqsClient({ endpoint, region, credentials }: ServiceAddress): SQSClient {
	return new SQSClient({ endpoint, region, credentials, maxAttempts: 1 });
}

let queues = 0;

/** Makes a queue that no other check uses. */
export async function freshQueue({ client }: SqsContext, Attributes: Record<string, string> = {}): Promise<FreshQueue> {
	const { QueueUrl = '' } = await client.send(new CreateQueueCommand({ QueueName: `fresh-${++queues}` }));
	await client.send(new SetQueueAttributesCommand({ QueueUrl, Attributes }));
	const got = await client.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] }));
	return { QueueUrl, arn: got.Attributes?.QueueArn ?? '' };
}
