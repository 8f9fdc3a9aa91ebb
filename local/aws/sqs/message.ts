import { createHash } from 'node:crypto';
import { invalidParameter, SqsError } from './errors.ts';

/** An attribute's value as in the JSON protocol: binary values are base64. */
export type AttributeValue = {
	readonly DataType: string;
	readonly StringValue?: string;
	readonly BinaryValue?: string;
};

export type MessageAttributes = Readonly<Record<string, AttributeValue>>;

/** What a sender gives. */
export type MessageContent = {
	readonly body: string;
	readonly attributes: MessageAttributes;
	/** Attributes the services themselves read: `AWSTraceHeader`. */
	readonly systemAttributes: MessageAttributes;
};

/** A message in a queue. Times are epoch milliseconds. */
export type Message = MessageContent & {
	readonly id: string;
	readonly sentAt: number;
	/** From when on it can be received; while a consumer holds it, the end of its visibility timeout. */
	visibleAt: number;
	receiveCount: number;
	firstReceivedAt?: number;
	/** Arn of the queue it could not be handled in. */
	readonly deadLetterSource?: string;
};

const mostAttributes = 10;
const mostNameBytes = 256;

/** @throws SqsError when SQS would not take the content, whatever the queue. */
export function checkContent({ body, attributes, systemAttributes }: MessageContent): void {
	if (body === '') throw new SqsError('MissingParameter', 'The request must contain the parameter MessageBody.');
	// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters XML 1.0 leaves out.
	if (/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Surrogate}/u.test(body))
		throw new SqsError(
			'InvalidMessageContents',
			'Invalid characters found. Valid unicode characters are those of XML 1.0.',
		);
	if (Object.keys(attributes).length > mostAttributes)
		throw new SqsError(
			'InvalidParameterValue',
			`Number of message attributes exceeds the allowed maximum [${mostAttributes}].`,
		);
	for (const [name, value] of [...Object.entries(attributes), ...Object.entries(systemAttributes)]) {
		if (name === '' || Buffer.byteLength(name) > mostNameBytes)
			throw invalidParameter('MessageAttributes', name, `A name has 1 to ${mostNameBytes} bytes.`);
		if (!/^(String|Number|Binary)(\.|$)/.test(value.DataType ?? ''))
			throw invalidParameter(name, value.DataType, 'The type must begin with String, Number or Binary.');
		if ((rawValue(value)?.length ?? 0) === 0) throw invalidParameter(name, '', 'Message attributes must have a value.');
	}
	const unknown = Object.keys(systemAttributes).find(name => name !== 'AWSTraceHeader');
	if (unknown) throw invalidParameter('MessageSystemAttributes', unknown, 'Only AWSTraceHeader can be sent.');
}

/** Bytes that count toward the limits of SQS. */
export function contentBytes({ body, attributes }: MessageContent): number {
	const sizes = Object.entries(attributes).map(
		([name, value]) => Buffer.byteLength(name) + Buffer.byteLength(value.DataType) + (rawValue(value)?.length ?? 0),
	);
	return sizes.reduce((sum, size) => sum + size, Buffer.byteLength(body));
}

/** Hex MD5 of a message body. */
export function bodyMd5(body: string): string {
	return createHash('md5').update(body).digest('hex');
}

/**
 * Hex MD5 over message attributes, by which clients prove them; undefined when there are none
 * (https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-metadata.html).
 */
export function attributesMd5(attributes: MessageAttributes): string | undefined {
	const names = Object.keys(attributes).sort();
	if (names.length === 0) return undefined;
	const hash = createHash('md5');
	const add = (bytes: Buffer) => {
		const length = Buffer.alloc(4);
		length.writeUInt32BE(bytes.length);
		hash.update(length).update(bytes);
	};
	for (const name of names) {
		const value = attributes[name] as AttributeValue;
		add(Buffer.from(name));
		add(Buffer.from(value.DataType));
		hash.update(Buffer.of(value.DataType.startsWith('Binary') ? 2 : 1));
		add(rawValue(value) ?? Buffer.of());
	}
	return hash.digest('hex');
}

function rawValue({ DataType, StringValue, BinaryValue }: AttributeValue): Buffer | undefined {
	if (DataType.startsWith('Binary')) return BinaryValue === undefined ? undefined : Buffer.from(BinaryValue, 'base64');
	return StringValue === undefined ? undefined : Buffer.from(StringValue);
}
