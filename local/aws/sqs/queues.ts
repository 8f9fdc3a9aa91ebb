import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { invalidParameter, SqsError } from './errors.ts';
import { Queue } from './queue.ts';
import { changedAttributes, fifoRefused, type QueueAttributes, settingsOf, withDefaults } from './queue-attributes.ts';

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

	/**
	 * Creates a queue; succeeds if it exists with the same attributes.
	 *
	 * @throws SqsError for a bad name or attribute, or `QueueNameExists` for one with other attributes.
	 */
	create(name: string, attributes: QueueAttributes): Queue {
		if (name.endsWith('.fifo')) throw fifoRefused();
		if (!/^[\w-]{1,80}$/.test(name))
			throw invalidParameter(
				'QueueName',
				name,
				'Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length.',
			);
		const wanted = changedAttributes({}, attributes);
		this.#checkDeadLetters(wanted);
		const existing = this.#queues.get(name);
		if (!existing) {
			const queue = this.#open(name);
			queue.setAttributes(wanted);
			return queue;
		}
		const present = withDefaults(existing.attributes);
		const different = Object.keys(wanted).find(key => wanted[key] !== present[key]);
		if (different)
			throw new SqsError(
				'QueueNameExists',
				`A queue already exists with the same name and a different value for attribute ${different}.`,
			);
		return existing;
	}

	/** Makes a queue, or gives the one there is these attributes and no others. @throws SqsError */
	ensure(name: string, attributes: QueueAttributes): Queue {
		const existing = this.#queues.get(name);
		if (!existing) return this.create(name, attributes);
		this.#set(existing, changedAttributes({}, attributes));
		return existing;
	}

	/** @throws SqsError when an attribute is unknown, out of bounds, or names a dead-letter queue that does not exist. */
	setAttributes(queue: Queue, changes: QueueAttributes): void {
		this.#set(queue, changedAttributes(queue.attributes, changes));
	}

	delete(queue: Queue): void {
		this.#queues.delete(queue.name);
		queue.close(true);
		rmSync(this.#path(queue.name));
	}

	/** The queues whose failed messages come to this one. */
	sourcesOf(deadLetters: Queue): Queue[] {
		return this.all().filter(({ settings }) => settings.redrive?.deadLetterArn === deadLetters.arn);
	}

	close(): void {
		for (const queue of this.#queues.values()) queue.close(false);
	}

	#set(queue: Queue, attributes: QueueAttributes): void {
		this.#checkDeadLetters(attributes);
		queue.setAttributes(attributes);
	}

	#open(name: string): Queue {
		const queue = new Queue(this.#path(name), name, this.#arnPrefix + name, arn => this.find(arn));
		this.#queues.set(name, queue);
		return queue;
	}

	#path(name: string): string {
		return join(this.#folder, name + suffix);
	}

	#checkDeadLetters(attributes: QueueAttributes): void {
		const { redrive } = settingsOf(attributes);
		if (redrive && !this.find(redrive.deadLetterArn))
			throw invalidParameter('RedrivePolicy', attributes.RedrivePolicy, 'Dead letter target does not exist.');
	}
}
