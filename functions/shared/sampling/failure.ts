import * as z from 'zod';
import { messageOf } from '../errors.ts';
import { log } from '../log.ts';
import type { StateStore } from '../state-store.ts';
import { storedObject } from '../stored-object.ts';
import { keys } from './keys.ts';
import { type AnyMessage, identityOf } from './messages.ts';

/** The last failure of a message, in case it becomes a dead letter. */
export const failureSchema = storedObject({
	schema: z.literal(1),
	at: z.string(),
	deliveries: z.int().min(1),
	message: z.string(),
});
export type Failure = z.output<typeof failureSchema>;

/** Stores why messages failed; an error of the store is only logged. */
export function makeKeepFailure(
	store: Pick<StateStore, 'write'>,
): (message: AnyMessage, deliveries: number, error: unknown) => Promise<void> {
	return async (message, deliveries, error) => {
		const key = keys.failure(message, identityOf(message));
		const failure: Failure = { schema: 1, at: new Date().toISOString(), deliveries, message: messageOf(error) };
		await store
			.write(key, failure)
			.catch(error => log.error('Reason of a failed message could not be recorded', { key, error }));
	};
}

/** A copy of a dead letter, with the dead-letter queue it came from. */
export const deadLetterSchema = storedObject({
	schema: z.literal(1),
	at: z.string(),
	queue: z.string(),
	body: z.string(),
});
export type DeadLetter = z.output<typeof deadLetterSchema>;
