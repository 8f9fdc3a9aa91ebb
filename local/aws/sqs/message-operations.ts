import { forEachEntry } from './batch.ts';
import { invalidParameter, SqsError } from './errors.ts';
import { bodyMd5, checkBody, type Message } from './message.ts';
import { type Operations, queueOf } from './operation.ts';
import type { Parameters } from './parameters.ts';
import type { Queue } from './queue.ts';
import { largestMessageBytes, longestDelay, longestVisibility, longestWait } from './queue-attributes.ts';
import { receiptHandle } from './receipt.ts';

const sending = ['MessageBody', 'DelaySeconds', 'MessageGroupId', 'MessageSystemAttributes'];
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
			const bytes = entries.reduce((sum, entry) => sum + Buffer.byteLength(entry.text('MessageBody')), 0);
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
			...['AttributeNames', 'MessageSystemAttributeNames'],
		],
		run: async (parameters, context) => {
			const queue = queueOf(parameters, context);
			const messages = await queue.receive({
				most: parameters.optionalInteger('MaxNumberOfMessages', 1, mostReceived) ?? 1,
				visibilityTimeout:
					parameters.optionalInteger('VisibilityTimeout', 0, longestVisibility) ?? queue.settings.visibilityTimeout,
				waitTime: parameters.optionalInteger('WaitTimeSeconds', 0, longestWait) ?? 0,
				gone: context.gone,
			});
			const system = [...parameters.texts('AttributeNames'), ...parameters.texts('MessageSystemAttributeNames')];
			if (messages.length === 0) return {};
			return { Messages: messages.map(message => delivery(queue, message, context.accountId, system)) };
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
};

function send(queue: Queue, parameters: Parameters): object {
	const body = parameters.text('MessageBody');
	checkBody(body);
	const { largestMessage } = queue.settings;
	if (Buffer.byteLength(body) > largestMessage)
		throw new SqsError(
			'InvalidParameterValue',
			`One or more parameters are invalid. Reason: Message must be shorter than ${largestMessage} bytes.`,
		);
	const traceHeader = traceHeaderOf(parameters);
	const group = groupOf(parameters);
	const message = queue.send(body, parameters.optionalInteger('DelaySeconds', 0, longestDelay), {
		...(traceHeader === undefined ? {} : { traceHeader }),
		...(group === undefined ? {} : { group }),
	});
	return { MessageId: message.id, MD5OfMessageBody: bodyMd5(body) };
}

/** @throws SqsError for a group that SQS would not take */
function groupOf(parameters: Parameters): string | undefined {
	const group = parameters.optionalText('MessageGroupId');
	if (group === undefined || /^[\x21-\x7e]{1,128}$/.test(group)) return group;
	throw invalidParameter('MessageGroupId', group, 'It has 1 to 128 letters, digits and punctuation marks.');
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

function delivery(queue: Queue, message: Message, senderId: string, names: string[]): object {
	const all: Record<string, string | undefined> = {
		SenderId: senderId,
		SentTimestamp: String(message.sentAt),
		ApproximateReceiveCount: String(message.receiveCount),
		ApproximateFirstReceiveTimestamp: String(message.firstReceivedAt),
		AWSTraceHeader: message.traceHeader,
		MessageGroupId: message.group,
		DeadLetterQueueSourceArn: message.deadLetterSource,
	};
	const wanted = Object.entries(all).filter(
		([name, value]) => value !== undefined && (names.includes('All') || names.includes(name)),
	);
	return {
		MessageId: message.id,
		ReceiptHandle: receiptHandle(queue.name, message),
		Body: message.body,
		MD5OfBody: bodyMd5(message.body),
		...(wanted.length > 0 && { Attributes: Object.fromEntries(wanted) }),
	};
}

const name = 'AWSTraceHeader';
const type = 'String';

/** The one system attribute that a message may be sent with. @throws SqsError */
export function traceHeaderOf(parameters: Parameters): string | undefined {
	const attributes = parameters.optionalObject('MessageSystemAttributes');
	if (!attributes) return undefined;
	attributes.allowOnly([name]);
	const header = attributes.optionalObject(name);
	if (!header) return undefined;
	header.allowOnly(['DataType', 'StringValue']);
	if (header.text('DataType') !== type)
		throw invalidParameter(name, header.text('DataType'), `Its type must be ${type}.`);
	return header.text('StringValue');
}
