import { forEachEntry } from './batch.ts';
import { SqsError } from './errors.ts';
import {
	attributesMd5,
	bodyMd5,
	checkContent,
	contentBytes,
	type Message,
	type MessageAttributes,
	type MessageContent,
} from './message.ts';
import { type Operations, queueOf } from './operation.ts';
import type { Parameters } from './parameters.ts';
import type { Queue } from './queue.ts';
import { largestMessageBytes, longestDelay, longestVisibility, longestWait } from './queue-attributes.ts';
import { receiptHandle } from './receipt.ts';

const sending = ['MessageBody', 'DelaySeconds', 'MessageAttributes', 'MessageSystemAttributes'];
const mostReceived = 10;

export const messageOperations: Operations = {
	SendMessage: {
		takes: ['QueueUrl', ...sending],
		run: (parameters, context) => send(queueOf(parameters, context), parameters),
	},
	SendMessageBatch: {
		takes: ['QueueUrl', 'Entries'],
		run: (parameters, context) => {
			const queue = queueOf(parameters, context);
			const entries = parameters.entries('Entries');
			const bytes = entries.reduce((sum, entry) => sum + contentBytes(contentOf(entry)), 0);
			return forEachEntry(
				entries,
				['Id', ...sending],
				entry => send(queue, entry),
				() => {
					if (bytes <= largestMessageBytes) return;
					const limit = `Batch requests cannot be longer than ${largestMessageBytes} bytes.`;
					throw new SqsError('BatchRequestTooLong', `${limit} You have sent ${bytes} bytes.`);
				},
			);
		},
	},
	ReceiveMessage: {
		takes: [
			...['QueueUrl', 'MaxNumberOfMessages', 'VisibilityTimeout', 'WaitTimeSeconds'],
			...['AttributeNames', 'MessageSystemAttributeNames', 'MessageAttributeNames'],
		],
		run: async (parameters, context) => {
			const queue = queueOf(parameters, context);
			const { settings } = queue;
			const messages = await queue.receive({
				most: parameters.optionalInteger('MaxNumberOfMessages', 1, mostReceived) ?? 1,
				visibilityTimeout:
					parameters.optionalInteger('VisibilityTimeout', 0, longestVisibility) ?? settings.visibilityTimeout,
				waitTime: parameters.optionalInteger('WaitTimeSeconds', 0, longestWait) ?? settings.waitTime,
				gone: context.gone,
			});
			const system = [...parameters.texts('AttributeNames'), ...parameters.texts('MessageSystemAttributeNames')];
			const own = parameters.texts('MessageAttributeNames');
			if (messages.length === 0) return {};
			return { Messages: messages.map(message => delivery(queue, message, context.accountId, system, own)) };
		},
	},
	DeleteMessage: {
		takes: ['QueueUrl', 'ReceiptHandle'],
		run: (parameters, context) => remove(queueOf(parameters, context), parameters),
	},
	DeleteMessageBatch: {
		takes: ['QueueUrl', 'Entries'],
		run: (parameters, context) => {
			const queue = queueOf(parameters, context);
			return forEachEntry(parameters.entries('Entries'), ['Id', 'ReceiptHandle'], entry => remove(queue, entry));
		},
	},
	ChangeMessageVisibility: {
		takes: ['QueueUrl', 'ReceiptHandle', 'VisibilityTimeout'],
		run: (parameters, context) => hold(queueOf(parameters, context), parameters),
	},
	ChangeMessageVisibilityBatch: {
		takes: ['QueueUrl', 'Entries'],
		run: (parameters, context) => {
			const queue = queueOf(parameters, context);
			const known = ['Id', 'ReceiptHandle', 'VisibilityTimeout'];
			return forEachEntry(parameters.entries('Entries'), known, entry => hold(queue, entry));
		},
	},
};

function contentOf(parameters: Parameters): MessageContent {
	return {
		body: parameters.text('MessageBody'),
		attributes: parameters.map('MessageAttributes', 'object') as MessageAttributes,
		systemAttributes: parameters.map('MessageSystemAttributes', 'object') as MessageAttributes,
	};
}

function send(queue: Queue, parameters: Parameters): object {
	const content = contentOf(parameters);
	checkContent(content);
	const { largestMessage } = queue.settings;
	if (contentBytes(content) > largestMessage)
		throw new SqsError(
			'InvalidParameterValue',
			`One or more parameters are invalid. Reason: Message must be shorter than ${largestMessage} bytes.`,
		);
	const message = queue.send(content, parameters.optionalInteger('DelaySeconds', 0, longestDelay));
	return {
		MessageId: message.id,
		MD5OfMessageBody: bodyMd5(content.body),
		MD5OfMessageAttributes: attributesMd5(content.attributes),
		MD5OfMessageSystemAttributes: attributesMd5(content.systemAttributes),
	};
}

function remove(queue: Queue, parameters: Parameters): object {
	queue.delete(parameters.text('ReceiptHandle'));
	return {};
}

function hold(queue: Queue, parameters: Parameters): object {
	const timeout = parameters.integer('VisibilityTimeout', 0, longestVisibility);
	queue.changeVisibility(parameters.text('ReceiptHandle'), timeout);
	return {};
}

function delivery(queue: Queue, message: Message, senderId: string, systemNames: string[], ownNames: string[]): object {
	const system: Record<string, string | undefined> = {
		SenderId: senderId,
		SentTimestamp: String(message.sentAt),
		ApproximateReceiveCount: String(message.receiveCount),
		ApproximateFirstReceiveTimestamp: String(message.firstReceivedAt),
		AWSTraceHeader: message.systemAttributes.AWSTraceHeader?.StringValue,
		DeadLetterQueueSourceArn: message.deadLetterSource,
	};
	const wanted = pick(system, name => systemNames.includes('All') || systemNames.includes(name));
	const own = pick(message.attributes, name => ownNames.some(pattern => isNamed(name, pattern)));
	return {
		MessageId: message.id,
		ReceiptHandle: receiptHandle(queue.name, message),
		Body: message.body,
		MD5OfBody: bodyMd5(message.body),
		...(Object.keys(wanted).length > 0 && { Attributes: wanted }),
		...(Object.keys(own).length > 0 && { MessageAttributes: own, MD5OfMessageAttributes: attributesMd5(own) }),
	};
}

/** Whether an attribute is requested: by name, by a prefix as in `frame.*`, or by `All` or `.*` with all others. */
function isNamed(name: string, pattern: string): boolean {
	if (pattern === 'All') return true;
	return pattern.endsWith('.*') ? name.startsWith(pattern.slice(0, -2)) : name === pattern;
}

function pick<Value>(
	all: Readonly<Record<string, Value | undefined>>,
	isWanted: (name: string) => boolean,
): Record<string, Value> {
	const entries = Object.entries(all).filter(([name, value]) => value !== undefined && isWanted(name));
	return Object.fromEntries(entries) as Record<string, Value>;
}
