import { SqsError } from './errors.ts';
import type { MoveTask } from './move-tasks.ts';
import { type Operations, queueOf, queueUrl } from './operation.ts';
import type { Queue } from './queue.ts';
import { withDefaults } from './queue-attributes.ts';

const mostListed = 1000;

export const queueOperations: Operations = {
	CreateQueue: {
		takes: ['QueueName', 'Attributes'],
		run: (parameters, context) => {
			const queue = context.queues.create(parameters.text('QueueName'), parameters.map('Attributes', 'string'));
			return { QueueUrl: queueUrl(queue, context) };
		},
	},
	GetQueueUrl: {
		takes: ['QueueName'],
		run: (parameters, context) => ({ QueueUrl: queueUrl(context.queues.get(parameters.text('QueueName')), context) }),
	},
	ListQueues: {
		takes: ['QueueNamePrefix', 'MaxResults', 'NextToken'],
		run: (parameters, context) => {
			const prefix = parameters.optionalText('QueueNamePrefix') ?? '';
			const after = parameters.optionalText('NextToken') ?? '';
			const most = parameters.optionalInteger('MaxResults', 1, mostListed) ?? mostListed;
			const found = context.queues.all().filter(({ name }) => name.startsWith(prefix) && name > after);
			const page = found.slice(0, most);
			const more = found.length > page.length && { NextToken: page.at(-1)?.name };
			return { QueueUrls: page.map(queue => queueUrl(queue, context)), ...more };
		},
	},
	DeleteQueue: {
		takes: ['QueueUrl'],
		run: (parameters, context) => {
			context.queues.delete(queueOf(parameters, context));
			return {};
		},
	},
	GetQueueAttributes: {
		takes: ['QueueUrl', 'AttributeNames'],
		run: (parameters, context) => {
			const all = attributesOf(queueOf(parameters, context));
			const names = parameters.texts('AttributeNames');
			const unknown = names.find(
				name => name !== 'All' && name !== 'RedrivePolicy' && name !== 'Policy' && !(name in all),
			);
			if (unknown) throw new SqsError('InvalidAttributeName', `Unknown Attribute ${unknown}.`);
			const wanted = Object.entries(all).filter(([name]) => names.includes('All') || names.includes(name));
			return { Attributes: Object.fromEntries(wanted) };
		},
	},
	SetQueueAttributes: {
		takes: ['QueueUrl', 'Attributes'],
		run: (parameters, context) => {
			context.queues.setAttributes(queueOf(parameters, context), parameters.map('Attributes', 'string'));
			return {};
		},
	},
	PurgeQueue: {
		takes: ['QueueUrl'],
		run: (parameters, context) => {
			queueOf(parameters, context).purge();
			return {};
		},
	},
	ListDeadLetterSourceQueues: {
		takes: ['QueueUrl'],
		run: (parameters, context) => {
			const sources = context.queues.sourcesOf(queueOf(parameters, context));
			return { queueUrls: sources.map(queue => queueUrl(queue, context)) };
		},
	},
	StartMessageMoveTask: {
		takes: ['SourceArn', 'DestinationArn', 'MaxNumberOfMessagesPerSecond'],
		run: (parameters, { tasks }) => {
			const rate = parameters.optionalInteger('MaxNumberOfMessagesPerSecond', 1, 500);
			const task = tasks.start(parameters.text('SourceArn'), parameters.optionalText('DestinationArn'), rate);
			return { TaskHandle: task.handle };
		},
	},
	ListMessageMoveTasks: {
		takes: ['SourceArn', 'MaxResults'],
		run: (parameters, { tasks }) => {
			const most = parameters.optionalInteger('MaxResults', 1, 10) ?? 1;
			return { Results: tasks.list(parameters.text('SourceArn')).slice(0, most).map(taskEntry) };
		},
	},
	CancelMessageMoveTask: {
		takes: ['TaskHandle'],
		run: (parameters, { tasks }) => ({
			ApproximateNumberOfMessagesMoved: tasks.cancel(parameters.text('TaskHandle')).moved,
		}),
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

function taskEntry(task: MoveTask): object {
	return {
		...(task.status === 'RUNNING' && { TaskHandle: task.handle }),
		Status: task.status,
		SourceArn: task.source.arn,
		...(task.destination && { DestinationArn: task.destination.arn }),
		MaxNumberOfMessagesPerSecond: task.rate,
		ApproximateNumberOfMessagesMoved: task.moved,
		ApproximateNumberOfMessagesToMove: task.toMove,
		...(task.failure !== undefined && { FailureReason: task.failure }),
		StartedTimestamp: task.started,
	};
}
