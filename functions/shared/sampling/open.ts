import { z } from 'zod';
import type { StateStore } from '../aws/state-store.ts';
import { readDocument } from './documents.ts';
import { type Attempt, keys } from './keys.ts';
import { progressSchema } from './outcome.ts';

/** An attempt whose end is not recorded yet, and what was done about one of which nothing is heard. */
export const openSchema = z.strictObject({
	schema: z.literal(1),
	/** When it was opened, its steps were sent again last, or it was seen to wait behind others last. */
	at: z.string(),
	/** Times that its steps were sent again because nothing was heard of it. */
	resent: z.int().min(0),
	/** Since when it has been seen to wait behind others; null: it has not. */
	inLineSince: z.string().nullable().default(null),
});
export type Open = z.output<typeof openSchema>;

export const writeOpen = (store: StateStore, at: Attempt, open: Partial<Open> = {}): Promise<void> =>
	store.write(keys.open(at), {
		...{ schema: 1, at: new Date().toISOString(), resent: 0, inLineSince: null },
		...open,
	} satisfies Open);

/** When work on an attempt was heard of last, in milliseconds since 1970; 0: never. */
export const lastHeard = async (store: StateStore, at: Attempt): Promise<number> => {
	const progress = await readDocument(store, keys.progress(at), progressSchema);
	return progress ? Date.parse(progress.at) : 0;
};

/** Whether an attempt is open and was begun or heard of within a time. */
export const isAlive = async (store: StateStore, at: Attempt, withinMs: number): Promise<boolean> => {
	const open = await readDocument(store, keys.open(at), openSchema);
	if (!open) return false;
	return Date.now() - Math.max(Date.parse(open.at), await lastHeard(store, at)) < withinMs;
};
