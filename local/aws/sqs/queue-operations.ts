import { SqsError } from './errors.ts';
import { type Operations, queueOf, queueUrl } from './operation.ts';
import type { Queue } from './queue.ts';
import { withDefaults } from './queue-attributes.ts';

export const queueOperations: Operations = {
	CreateQueue: {
		takes: ['QueueName'],
		run: (parameters, context) => ({
			QueueUrl: queueUrl(context.queues.create(parameters.text('QueueName')), context),
		}),
	},
	ListQueues: {
		takes: [],
		run: (_, context) => ({ QueueUrls: context.queues.all().map(queue => queueUrl(queue, context)) }),
	},
	GetQueueAttributes: {
		takes: ['QueueUrl', 'AttributeNames'],
		run: (parameters, context) => {
			const all = attributesOf(queueOf(parameters, context));
			const names = parameters.texts('AttributeNames');
			const unknown = names.find(name => name !== 'All' && name !== 'RedrivePolicy' && !(name in all));
			if (unknown) throw new SqsError('InvalidAttributeName', `Unknown Attribute ${unknown}.`);
			const wanted = Object.entries(all).filter(([name]) => names.includes('All') || names.includes(name));
			return { Attributes: Object.fromEntries(wanted) };
		},
	},
	SetQueueAttributes: {
		takes: ['QueueUrl', 'Attributes'],
		run: (parameters, context) => {
			context.queues.setAttributes(queueOf(parameters, context), parameters.map('Attributes'));
			return {};
		},
	},
};

function attributesOf(queue: Queue): Record<string, string> {
	const { visible, held, delayed } = queue.counts();
	return {
		...withDefaults(queue.attributes),
		QueueArn: queue.arn,
		ApproximateNumberOfMessages: String(visible),
		ApproximateNumberOfMessagesNotVisible: String(held),
		ApproximateNumberOfMessagesDelayed: String(delayed),
		CreatedTimestamp: String(Math.floor(queue.created / 1000)),
		LastModifiedTimestamp: String(Math.floor(queue.modified / 1000)),
	};
}
