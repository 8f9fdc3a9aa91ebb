import { DeferredError } from '../errors.ts';
import { log } from '../log.ts';
import { failedRecords } from './failed-records.ts';

/** Stores why a message failed, in case it becomes a dead letter. */
export type KeepFailure<Message> = (message: Message, deliveries: number, error: unknown) => Promise<void>;

/** Logs failed records, and keeps the reasons of those whose body could be parsed. */
export function keepFailures<Message>(keepFailure: KeepFailure<Message>) {
	return failedRecords<Message>(async ({ record, error, message, deliveries }) => {
		if (error instanceof DeferredError) return false;
		log.error('Message failed', { messageId: record.messageId, deliveries, error });
		if (message) await keepFailure(message, deliveries, error);
		return false;
	});
}
