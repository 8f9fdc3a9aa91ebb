import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { invalidParameter, SqsError } from './errors.ts';
import { Queue } from './queue.ts';
import { changedAttributes, fifoRefused, type QueueAttributes, settingsOf } from './queue-attributes.ts';

const suffix = '.journal';

/** All queues of a local SQS, in one folder that survives the process: a journal each. */
export class Queues {
	readonly #queues = new Map<string, Queue>();
	readonly #folder: string;
	readonly #arnPrefix: string;

	constructor(dataDir: string, region: string, accountId: string) {
		this.#folder = join(dataDir, 'queues');
		this.#arnPrefix = `arn:aws:sqs:${region}:${accountId}:`;
		mkdirSync(this.#folder, { recursive: true });
		for (const file of readdirSync(this.#folder)) if (file.endsWith(suffix)) this.#open(file.slice(0, -suffix.length));
	}

	/** All queues by name. */
	all(): Queue[] {
		return [...this.#queues.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
	}

	/** @throws SqsError `QueueDoesNotExist` */
	get(name: string): Queue {
		const queue = this.#queues.get(name);
		if (!queue) throw new SqsError('QueueDoesNotExist', 'The specified queue does not exist.');
		return queue;
	}

	/** The queue with that arn. */
	find(arn: string): Queue | undefined {
		return arn.startsWith(this.#arnPrefix) ? this.#queues.get(arn.slice(this.#arnPrefix.length)) : undefined;
	}

	/** Makes a queue, or gives the one there is. @throws SqsError for a bad name */
	create(name: string): Queue {
		if (name.endsWith('.fifo')) throw fifoRefused();
		if (!/^[\w-]{1,80}$/.test(name))
			throw invalidParameter(
				'QueueName',
				name,
				'Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length.',
			);
		return this.#queues.get(name) ?? this.#open(name);
	}

	/** @throws SqsError when an attribute is unknown, out of bounds, or names a dead-letter queue that does not exist. */
	setAttributes(queue: Queue, changes: QueueAttributes): void {
		const attributes = changedAttributes(queue.attributes, changes);
		const { redrive } = settingsOf(attributes);
		if (redrive && !this.find(redrive.deadLetterArn))
			throw invalidParameter('RedrivePolicy', attributes.RedrivePolicy, 'Dead letter target does not exist.');
		queue.setAttributes(attributes);
	}

	close(): void {
		for (const queue of this.#queues.values()) queue.close();
	}

	#open(name: string): Queue {
		const queue = new Queue(join(this.#folder, name + suffix), name, this.#arnPrefix + name, arn => this.find(arn));
		this.#queues.set(name, queue);
		return queue;
	}
}
