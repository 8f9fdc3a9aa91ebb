import { DeferredError } from '../errors.ts';
import { log } from '../log.ts';
import { measure } from '../metrics.ts';
import type { AnyMessage } from '../sampling/messages.ts';
import { failedRecords } from './failed-records.ts';

/** Stores why a message failed, in case it becomes a dead letter. */
export type KeepFailure<Message> = (message: Message, deliveries: number, error: unknown) => Promise<void>;

/** Logs failed records, and keeps the reasons of those whose body could be parsed. */
export function keepFailures<Message extends AnyMessage>(keepFailure: KeepFailure<Message>) {
	return failedRecords<Message>(async ({ error, message, deliveries }) => {
		if (error instanceof DeferredError) return false;
		log.error('Message failed', { deliveries, error });
		measure({ FailedDeliveries: 1 });
		if (message) await keepFailure(message, deliveries, error);
		return false;
	});
}
