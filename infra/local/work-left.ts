import { GetQueueAttributesCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { Attributes, Resource } from './template.ts';

const counters = [
	'ApproximateNumberOfMessages',
	'ApproximateNumberOfMessagesNotVisible',
	'ApproximateNumberOfMessagesDelayed',
] as const;

/** Counts the messages of a stack's queues: those of work queues are left to do, those of dead-letter queues are not. */
export const countWork = async (
	sqs: SQSClient,
	resources: Map<string, Resource>,
	attributes: Map<string, Attributes>,
): Promise<{ left: number; dead: number }> => {
	const counts = { left: 0, dead: 0 };
	for (const [id, { type, properties }] of resources) {
		if (type !== 'AWS::SQS::Queue') continue;
		const QueueUrl = attributes.get(id)?.ref;
		const { Attributes = {} } = await sqs.send(
			new GetQueueAttributesCommand({ QueueUrl, AttributeNames: [...counters] }),
		);
		const messages = counters.reduce((sum, name) => sum + Number(Attributes[name] ?? 0), 0);
		counts['RedrivePolicy' in properties ? 'left' : 'dead'] += messages;
	}
	return counts;
};
