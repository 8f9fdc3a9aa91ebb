import * as z from 'zod';
import { storedObject } from '../stored-object.ts';
import { summarySchema } from './summary.ts';

export const destinationSchema = storedObject({
	schema: z.literal(1),
	id: z.int().min(1),
	name: z.string(),
	workspaceId: z.int().min(1),
});
export type Destination = z.output<typeof destinationSchema>;

export const states = ['running', 'completed', 'completed_with_faults', 'failed', 'cancelled'] as const;

/** How a sampling ended. */
export const outcomeSchema = storedObject({
	schema: z.literal(1),
	state: z.enum(states).exclude(['running']),
	/** Why it failed or was cancelled; null if it was completed. */
	reason: z.string().nullable(),
	finishedAt: z.string(),
	summary: summarySchema,
});
export type Outcome = z.output<typeof outcomeSchema>;

/** Progress at a point in time. */
export const progressSchema = storedObject({
	schema: z.literal(1),
	at: z.string(),
	summary: summarySchema,
	/** Progress records since the last one written to the destination. */
	inDestination: z.int().min(0).default(0),
});
export type Progress = z.input<typeof progressSchema>;
