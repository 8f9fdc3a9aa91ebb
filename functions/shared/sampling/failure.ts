import { z } from 'zod';

/** Why a message was not worked off the last time, kept for the case that it is given up. */
export const failureSchema = z.strictObject({
	schema: z.literal(1),
	at: z.string(),
	deliveries: z.int().min(1),
	message: z.string(),
});
export type Failure = z.output<typeof failureSchema>;

/** A message that was given up: a copy, with the queue of dead letters that it came from. */
export const deadLetterSchema = z.strictObject({
	schema: z.literal(1),
	at: z.string(),
	queue: z.string(),
	body: z.string(),
});
export type DeadLetter = z.output<typeof deadLetterSchema>;
