import { invalidParameter, SqsError } from './errors.ts';

/** A queue's attributes as set, by their SQS names. */
export type QueueAttributes = Readonly<Record<string, string>>;

/** The settings of a queue, read from its attributes. Times are in seconds, sizes in bytes. */
export type QueueSettings = {
	readonly visibilityTimeout: number;
	readonly retention: number;
	readonly delay: number;
	readonly largestMessage: number;
	readonly redrive?: { readonly deadLetterArn: string; readonly maxReceiveCount: number };
};

export const longestVisibility = 43_200;
export const longestDelay = 900;
export const longestWait = 20;
export const largestMessageBytes = 1_048_576;

const numbers: Readonly<Record<string, { readonly min: number; readonly max: number; readonly unset: number }>> = {
	VisibilityTimeout: { min: 0, max: longestVisibility, unset: 30 },
	MessageRetentionPeriod: { min: 60, max: 1_209_600, unset: 345_600 },
	DelaySeconds: { min: 0, max: longestDelay, unset: 0 },
	MaximumMessageSize: { min: 1024, max: largestMessageBytes, unset: largestMessageBytes },
};

const mostReceives = 1000;

/**
 * Attributes with some of them changed; an empty `RedrivePolicy` takes the old one away.
 *
 * @throws SqsError for an attribute this SQS does not know, or a value out of its bounds.
 */
export function changedAttributes(current: QueueAttributes, changes: QueueAttributes): QueueAttributes {
	const next: Record<string, string> = { ...current };
	for (const [name, value] of Object.entries(changes)) {
		if (name === 'FifoQueue') throw fifoRefused();
		const bounds = numbers[name];
		if (bounds) next[name] = String(boundedInteger(name, value, bounds.min, bounds.max));
		else if (name === 'RedrivePolicy' && value !== '') next[name] = JSON.stringify(redrivePolicy(value));
		else if (name !== 'RedrivePolicy') throw new SqsError('InvalidAttributeName', `Unknown Attribute ${name}.`);
		else delete next[name];
	}
	return next;
}

export function settingsOf(attributes: QueueAttributes): QueueSettings {
	const all = withDefaults(attributes);
	const { RedrivePolicy } = attributes;
	const policy = RedrivePolicy === undefined ? undefined : redrivePolicy(RedrivePolicy);
	return {
		visibilityTimeout: Number(all.VisibilityTimeout),
		retention: Number(all.MessageRetentionPeriod),
		delay: Number(all.DelaySeconds),
		largestMessage: Number(all.MaximumMessageSize),
		...(policy && { redrive: { deadLetterArn: policy.deadLetterTargetArn, maxReceiveCount: policy.maxReceiveCount } }),
	};
}

/** All attributes of a queue, with defaults. */
export function withDefaults(attributes: QueueAttributes): QueueAttributes {
	const unset = Object.entries(numbers).map(([name, bounds]) => [name, String(bounds.unset)]);
	return { ...Object.fromEntries(unset), ...attributes };
}

/** @throws SqsError unless the value is a whole number from `min` to `max`. */
export function boundedInteger(name: string, value: unknown, min: number, max: number): number {
	const number = typeof value === 'number' || (typeof value === 'string' && value !== '') ? Number(value) : Number.NaN;
	if (!Number.isInteger(number) || number < min || number > max)
		throw invalidParameter(name, value, `Must be an integer between ${min} and ${max}.`);
	return number;
}

/** The answer to everything about FIFO queues, which the local stack does not have. */
export function fifoRefused(): SqsError {
	return new SqsError('UnsupportedOperation', 'FIFO queues are not supported by the local SQS.');
}

function redrivePolicy(json: string): { deadLetterTargetArn: string; maxReceiveCount: number } {
	let policy: unknown;
	try {
		policy = JSON.parse(json);
	} catch {
		throw invalidParameter('RedrivePolicy', json, 'Redrive policy is not a valid JSON map.');
	}
	const { deadLetterTargetArn, maxReceiveCount, ...others } = (policy ?? {}) as Record<string, unknown>;
	if (typeof deadLetterTargetArn !== 'string' || Object.keys(others).length > 0)
		throw invalidParameter(
			'RedrivePolicy',
			json,
			'It must have deadLetterTargetArn and maxReceiveCount, nothing else.',
		);
	return { deadLetterTargetArn, maxReceiveCount: boundedInteger('maxReceiveCount', maxReceiveCount, 1, mostReceives) };
}
