import { randomUUID } from 'node:crypto';
import { Arrivals } from './arrivals.ts';
import { SqsError } from './errors.ts';
import { FairDue } from './fair-due.ts';
import { Journal } from './journal.ts';
import type { Message } from './message.ts';
import { type QueueAttributes, type QueueSettings, settingsOf } from './queue-attributes.ts';
import { parseReceipt } from './receipt.ts';

/** All that can happen to a queue. Its state is changed by these events alone, also when its journal is read. */
type QueueEvent =
	| { readonly is: 'queue'; readonly attributes: QueueAttributes; readonly created: number; readonly modified: number }
	| { readonly is: 'message'; readonly message: Message }
	| { readonly is: 'received'; readonly id: string; readonly at: number; readonly visibleAt: number }
	| { readonly is: 'visible'; readonly id: string; readonly visibleAt: number }
	| { readonly is: 'deleted'; readonly id: string };

/** Options of a receive call. */
export type ReceiveRequest = {
	readonly most: number;
	/** Seconds the messages are kept from other consumers. */
	readonly visibilityTimeout: number;
	/** Seconds to wait for a first message. */
	readonly waitTime: number;
	/** Aborted when the consumer has hung up: it is given no more messages then. */
	readonly gone: AbortSignal;
};

/** Finds a queue by its arn. */
export type FindQueue = (arn: string) => Queue | undefined;

const journalSlack = 1000;

/**
 * One queue. Everything but waiting happens within one turn of the event loop, so a message is never given to two
 * consumers at once.
 */
export class Queue {
	readonly name: string;
	readonly arn: string;
	readonly #find: FindQueue;
	readonly #journal: Journal<QueueEvent>;
	readonly #messages = new Map<string, Message>();
	/** All messages by the time they become visible; an entry counts only while its time is the message's own. */
	readonly #due = new FairDue<string>();
	readonly #arrivals = new Arrivals();
	#attributes: QueueAttributes = {};
	#settings: QueueSettings = settingsOf({});
	/** Epoch milliseconds. */
	created = 0;
	/** Epoch milliseconds of the last change to the attributes. */
	modified = 0;

	/** Opens the queue kept in a journal file; a file that is new is a queue without messages. */
	constructor(path: string, name: string, arn: string, find: FindQueue) {
		this.name = name;
		this.arn = arn;
		this.#find = find;
		this.#journal = Journal.open<QueueEvent>(path, event => this.#apply(event));
		if (this.created === 0) this.setAttributes({});
	}

	get attributes(): QueueAttributes {
		return this.#attributes;
	}

	get settings(): QueueSettings {
		return this.#settings;
	}

	/** @param attributes all of them, already validated. */
	setAttributes(attributes: QueueAttributes): void {
		const now = Date.now();
		this.#record({ is: 'queue', attributes, created: this.created || now, modified: now });
	}

	/** Adds a message that becomes visible after a delay in seconds. */
	send(body: string, delay = this.#settings.delay, more: Pick<Message, 'traceHeader' | 'group'> = {}): Message {
		const sentAt = Date.now();
		const message: Message = {
			...{ id: randomUUID(), body, sentAt, visibleAt: sentAt + delay * 1000, receiveCount: 0 },
			...more,
		};
		this.#record({ is: 'message', message });
		return message;
	}

	/**
	 * Delivers messages, optionally waiting for the first one. A message that was received too often goes to the
	 * dead-letter queue instead.
	 *
	 * @returns copies; empty when no message came in time.
	 */
	async receive(request: ReceiveRequest): Promise<Message[]> {
		const deadline = Date.now() + request.waitTime * 1000;
		while (!request.gone.aborted) {
			const taken = this.#take(request.most, request.visibilityTimeout * 1000);
			if (taken.length > 0 || Date.now() >= deadline) return taken;
			await this.#arrivals.next(Math.min(deadline, this.#due.earliest ?? deadline), request.gone);
		}
		return [];
	}

	/** Deletes the message of a receipt handle, if it was not received again since. @throws SqsError */
	delete(handle: string): void {
		const { messageId: id, receiveCount } = parseReceipt(this.name, handle);
		if (this.#messages.get(id)?.receiveCount === receiveCount) this.#record({ is: 'deleted', id });
	}

	/** Sets the visibility timeout of an in-flight message, in seconds from now. @throws SqsError */
	changeVisibility(handle: string, seconds: number): void {
		const { messageId: id, receiveCount } = parseReceipt(this.name, handle);
		const message = this.#messages.get(id);
		if (message?.receiveCount !== receiveCount)
			throw new SqsError(
				'InvalidParameterValue',
				`Value ${handle} for parameter ReceiptHandle is invalid. Reason: Message does not exist or is not available for visibility timeout change.`,
			);
		if (message.visibleAt <= Date.now())
			throw new SqsError('MessageNotInflight', 'The specified message is not in flight.');
		this.#record({ is: 'visible', id, visibleAt: Date.now() + seconds * 1000 });
	}

	/** Makes visible the messages that were held by consumers that are gone; their receive counts stay. */
	releaseHeld(): void {
		const now = Date.now();
		const held = [...this.#messages.values()].filter(message => message.receiveCount > 0 && message.visibleAt > now);
		for (const { id } of held) this.#record({ is: 'visible', id, visibleAt: now });
	}

	/** How many messages can be received now, are held by consumers, and are still delayed. */
	counts(): { visible: number; held: number; delayed: number } {
		const now = Date.now();
		const counts = { visible: 0, held: 0, delayed: 0 };
		for (const message of this.#messages.values()) {
			if (this.#isExpired(message, now)) continue;
			counts[message.visibleAt <= now ? 'visible' : message.receiveCount > 0 ? 'held' : 'delayed']++;
		}
		return counts;
	}

	/** Closes the journal. */
	close(): void {
		this.#journal.close();
	}

	#take(most: number, visibilityMs: number): Message[] {
		const now = Date.now();
		const taken: Message[] = [];
		while (taken.length < most) {
			const message = this.#nextVisible(now);
			if (!message) break;
			const { redrive } = this.#settings;
			const deadLetters =
				redrive && message.receiveCount >= redrive.maxReceiveCount ? this.#find(redrive.deadLetterArn) : undefined;
			if (deadLetters) {
				deadLetters.#record({ is: 'message', message: { ...message, visibleAt: now, deadLetterSource: this.arn } });
				this.#record({ is: 'deleted', id: message.id });
				continue;
			}
			this.#due.pop(groupOf(message));
			this.#due.tookTurn(groupOf(message));
			if (!taken.includes(message)) taken.push(message);
		}
		// Only after the loop, or with a timeout of 0 the same message would be next again.
		if (taken.length > 0)
			this.#record(...taken.map(({ id }) => ({ is: 'received', id, at: now, visibleAt: now + visibilityMs }) as const));
		return taken.map(message => ({ ...message }));
	}

	/** The visible message that has waited longest in the group whose turn it is; it stays where it is. */
	#nextVisible(now: number): Message | undefined {
		for (;;) {
			const top = this.#due.next(now);
			if (!top) return undefined;
			const message = this.#messages.get(top.item);
			if (message?.visibleAt === top.at) {
				if (!this.#isExpired(message, now)) return message;
				this.#record({ is: 'deleted', id: message.id });
			}
			this.#due.pop(top.group);
		}
	}

	#isExpired({ sentAt }: Message, now: number): boolean {
		return now >= sentAt + this.#settings.retention * 1000;
	}

	#record(...events: readonly QueueEvent[]): void {
		this.#journal.append(events);
		for (const event of events) this.#apply(event);
		this.#arrivals.announce();
		if (this.#journal.lines > journalSlack + 2 * this.#messages.size) this.#journal.rewrite(this.#wholeState());
	}

	#apply(event: QueueEvent): void {
		if (event.is === 'queue') {
			this.#attributes = event.attributes;
			this.#settings = settingsOf(event.attributes);
			this.created = event.created;
			this.modified = event.modified;
		} else if (event.is === 'message') {
			this.#messages.set(event.message.id, { ...event.message });
			this.#due.push(event.message.visibleAt, event.message.id, groupOf(event.message));
		} else if (event.is === 'deleted') {
			this.#messages.delete(event.id);
		} else {
			const message = this.#messages.get(event.id);
			if (!message) return;
			message.visibleAt = event.visibleAt;
			this.#due.push(event.visibleAt, event.id, groupOf(message));
			if (event.is === 'visible') return;
			message.receiveCount++;
			message.firstReceivedAt ??= event.at;
		}
	}

	*#wholeState(): Generator<QueueEvent> {
		yield { is: 'queue', attributes: this.#attributes, created: this.created, modified: this.modified };
		for (const message of this.#messages.values()) yield { is: 'message', message };
	}
}

/** Messages without a group are one group together. */
const groupOf = ({ group = '' }: Message): string => group;
