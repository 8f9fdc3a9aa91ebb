import * as z from 'zod';
import type { StateStore } from '../state-store.ts';
import { storedObject } from '../stored-object.ts';
import { readDocument } from './documents.ts';
import { type Attempt, keys } from './keys.ts';
import { progressSchema } from './outcome.ts';

/** An attempt whose end is not recorded yet, and what the sweep did when it made no progress. */
export const openSchema = storedObject({
	schema: z.literal(1),
	/** When it was opened, its messages were last sent again, or it was last seen waiting behind others. */
	at: z.string(),
	/** How often its messages were sent again for lack of progress. */
	resent: z.int().min(0),
	/** Since when it has been waiting behind others; null: it is not. */
	inLineSince: z.string().nullable().default(null),
});
export type Open = z.output<typeof openSchema>;

/**
 * Opens an attempt, or writes what has changed of one that is open.
 * @param changes what differs from an attempt that has just been opened
 * @param before the document that is changed, of which another release may know more fields
 */
export function writeOpen(
	store: StateStore,
	at: Attempt,
	changes: Partial<Open> = {},
	before: Partial<Open> = {},
): Promise<void> {
	return store.write(keys.open(at), {
		...before,
		...{ schema: 1, at: new Date().toISOString(), resent: 0, inLineSince: null },
		...changes,
	} satisfies Open);
}

/** Time of the last progress of an attempt, in epoch milliseconds; 0: none yet. */
export async function lastProgress(store: StateStore, at: Attempt): Promise<number> {
	const progress = await readDocument(store, keys.progress(at), progressSchema);
	return progress ? Date.parse(progress.at) : 0;
}

/** Whether an attempt is open and began or made progress within a time. */
export async function isAlive(store: StateStore, at: Attempt, withinMs: number): Promise<boolean> {
	const open = await readDocument(store, keys.open(at), openSchema);
	if (!open) return false;
	return Date.now() - Math.max(Date.parse(open.at), await lastProgress(store, at)) < withinMs;
}
