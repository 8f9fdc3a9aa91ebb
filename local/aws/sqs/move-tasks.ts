import { randomUUID } from 'node:crypto';
import { invalidParameter, SqsError } from './errors.ts';
import type { Message } from './message.ts';
import type { Queue } from './queue.ts';
import type { Queues } from './queues.ts';

/** A task that moves the messages of a dead-letter queue on. */
export type MoveTask = {
	readonly handle: string;
	readonly source: Queue;
	/** Absent when each message goes back to the queue it came from. */
	readonly destination?: Queue;
	/** Messages per second. */
	readonly rate: number;
	/** Epoch milliseconds. */
	readonly started: number;
	readonly toMove: number;
	moved: number;
	status: 'RUNNING' | 'COMPLETED' | 'CANCELLED' | 'FAILED';
	failure?: string;
};

const fastest = 500;
const turnMs = 20;

/**
 * The message move tasks. What a task has moved outlives the process; the tasks themselves do not: after a restart the
 * rest stays in the dead-letter queue until the next task is begun.
 */
export class MoveTasks {
	readonly #queues: Queues;
	readonly #tasks: MoveTask[] = [];

	constructor(queues: Queues) {
		this.#queues = queues;
	}

	/** Begins a task. @throws SqsError when the source is no dead-letter queue or is already being moved. */
	start(sourceArn: string, destinationArn: string | undefined, rate = fastest): MoveTask {
		const source = this.#queue(sourceArn);
		const destination = destinationArn === undefined ? undefined : this.#queue(destinationArn);
		if (this.#queues.sourcesOf(source).length === 0)
			throw invalidParameter('SourceArn', sourceArn, 'Source queue must be configured as a Dead Letter Queue.');
		if (destination === source)
			throw invalidParameter(
				'DestinationArn',
				destinationArn,
				'Source queue and destination queue cannot be the same.',
			);
		if (this.#tasks.some(task => task.source === source && task.status === 'RUNNING'))
			throw new SqsError(
				'UnsupportedOperation',
				'There is already a task running. Only one active task is allowed for a source queue.',
			);
		const task: MoveTask = {
			handle: randomUUID(),
			source,
			...(destination && { destination }),
			rate,
			started: Date.now(),
			toMove: source.counts().visible,
			moved: 0,
			status: 'RUNNING',
		};
		this.#tasks.push(task);
		this.#schedule(task);
		return task;
	}

	/** The tasks of a source queue, the latest first. @throws SqsError */
	list(sourceArn: string): MoveTask[] {
		const source = this.#queue(sourceArn);
		return this.#tasks.filter(task => task.source === source).reverse();
	}

	/** Ends a running task; what it has moved stays moved. @throws SqsError */
	cancel(handle: string): MoveTask {
		const task = this.#tasks.find(({ handle: own }) => own === handle);
		if (task?.status !== 'RUNNING') throw notFound('Task does not exist or is not running.');
		task.status = 'CANCELLED';
		return task;
	}

	/** Ends all tasks, so that nothing is written any more. */
	close(): void {
		for (const task of this.#tasks) if (task.status === 'RUNNING') task.status = 'CANCELLED';
	}

	#schedule(task: MoveTask): void {
		setTimeout(() => {
			if (task.status !== 'RUNNING') return;
			try {
				this.#turn(task);
			} catch (error) {
				task.status = 'FAILED';
				task.failure = String(error);
			}
			if (task.status === 'RUNNING') this.#schedule(task);
		}, turnMs);
	}

	#turn(task: MoveTask): void {
		const allowed = Math.ceil(((Date.now() - task.started) / 1000) * task.rate) - task.moved;
		const destinationOf = (message: Message) => {
			const destination = task.destination ?? this.#queues.find(message.deadLetterSource ?? '');
			if (!destination) {
				task.status = 'FAILED';
				task.failure = 'CouldNotDetermineMessageSource';
			}
			return destination;
		};
		const moved = task.source.moveVisible(allowed, destinationOf);
		task.moved += moved;
		if (task.status === 'RUNNING' && moved < allowed) task.status = 'COMPLETED';
	}

	#queue(arn: string): Queue {
		const queue = this.#queues.find(arn);
		if (!queue) throw notFound(`The resource that you specified for ${arn} doesn't exist.`);
		return queue;
	}
}

function notFound(message: string): SqsError {
	return new SqsError('ResourceNotFoundException', message, 404);
}
