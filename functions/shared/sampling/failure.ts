import { z } from 'zod';

/** The last failure of a message, in case it becomes a dead letter. */
export const failureSchema = z.strictObject({
	schema: z.literal(1),
	at: z.string(),
	deliveries: z.int().min(1),
	message: z.string(),
});
export type Failure = z.output<typeof failureSchema>;

/** A copy of a dead letter, with the dead-letter queue it came from. */
export const deadLetterSchema = z.strictObject({
	schema: z.literal(1),
	at: z.string(),
	queue: z.string(),
	body: z.string(),
});
export type DeadLetter = z.output<typeof deadLetterSchema>;
