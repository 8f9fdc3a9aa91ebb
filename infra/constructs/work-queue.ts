import { Duration } from 'aws-cdk-lib';
import type { Grant, IGrantable } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { EventSourceMappingOptions, IFunction } from 'aws-cdk-lib/aws-lambda';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';

export type WorkQueueProps = {
	/** The function that takes the messages, and its time limit. */
	worker: IFunction;
	workerTimeout: Duration;
	/** Messages per invocation. */
	batchSize: number;
	/** Maximum concurrency of the event source, from 2 to 1,000. */
	maxConcurrency: number;
	/** Deliveries before a message becomes a dead letter. */
	deliveries: number;
	/** Retention of messages that are not consumed. */
	messagesKept: Duration;
	/** The function that turns dead letters into faults, and its time limit. */
	deadLetterConsumer: IFunction;
	deadLetterConsumerTimeout: Duration;
	/** The customer's key; undefined: that of SQS. */
	key: IKey | undefined;
};

/**
 * A queue with its worker, and its dead-letter queue with the function that turns dead letters into faults. Dead letters
 * that this function can't handle stay for 14 days for inspection.
 * The visibility timeout is six times the worker's time limit, as AWS advises for queues that feed functions:
 * https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
 */
export class WorkQueue extends Construct {
	readonly queue: Queue;
	readonly deadLetters: Queue;

	constructor(scope: Construct, id: string, props: WorkQueueProps) {
		super(scope, id);
		const encryption = props.key ? { encryptionMasterKey: props.key } : {};
		this.deadLetters = new Queue(this, 'DeadLetters', {
			visibilityTimeout: sixTimes(props.deadLetterConsumerTimeout),
			retentionPeriod: Duration.days(14),
			enforceSSL: true,
			...encryption,
		});
		this.queue = new Queue(this, 'Queue', {
			visibilityTimeout: sixTimes(props.workerTimeout),
			retentionPeriod: props.messagesKept,
			deadLetterQueue: { queue: this.deadLetters, maxReceiveCount: props.deliveries },
			enforceSSL: true,
			...encryption,
		});
		const { batchSize, maxConcurrency } = props;
		// The worker sets when a failed message is delivered again.
		this.queue.grant(props.worker, 'sqs:ChangeMessageVisibility');
		consume(this.queue, props.worker, { batchSize, maxConcurrency });
		consume(this.deadLetters, props.deadLetterConsumer, { batchSize: 10, maxConcurrency: 2 });
	}

	/** Grants the right to send messages. */
	readonly senders = (grantee: IGrantable): Grant => this.queue.grant(grantee, 'sqs:SendMessage');
}

/** Lets a function take the messages of a queue, with the rights that its poller needs. */
function consume(queue: Queue, worker: IFunction, options: EventSourceMappingOptions): void {
	queue.grant(worker, ...pollerActions);
	worker.addEventSourceMapping(queue.node.path, {
		eventSourceArn: queue.queueArn,
		reportBatchItemFailures: true,
		...options,
	});
}

/** https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html */
const pollerActions = ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'];

const sixTimes = (duration: Duration): Duration => Duration.seconds(duration.toSeconds() * 6);
