import { CreateQueueCommand, GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { Check } from './check.ts';
import type { ServiceAddress } from './signed-request.ts';
import { deadLetterChecks } from './sqs-checks/dead-letters.ts';
import { messageChecks } from './sqs-checks/messages.ts';
import { queueChecks } from './sqs-checks/queues.ts';
import { sqsRefusalChecks } from './sqs-checks/refusals.ts';
import { visibilityChecks } from './sqs-checks/visibility.ts';

/** An SQS under test. */
export type SqsContext = ServiceAddress & {
	readonly client: SQSClient;
};

/** A queue made for one check. */
export type FreshQueue = {
	readonly QueueUrl: string;
	readonly arn: string;
};

/** What an SQS must do for this system, as calls of the real SDK. */
export const sqsSuite: readonly Check<SqsContext>[] = [
	...queueChecks,
	...messageChecks,
	...visibilityChecks,
	...deadLetterChecks,
	...sqsRefusalChecks,
];

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
	const { QueueUrl = '' } = await client.send(new CreateQueueCommand({ QueueName: `fresh-${++queues}`, Attributes }));
	const got = await client.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] }));
	return { QueueUrl, arn: got.Attributes?.QueueArn ?? '' };
}
