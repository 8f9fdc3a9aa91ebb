import { z } from 'zod';
import type { StateStore } from '../aws/state-store.ts';
import { type Attempt, keys } from './keys.ts';

/** An attempt whose end is not recorded yet, and what was done about one that got stuck. */
export const openSchema = z.strictObject({
	schema: z.literal(1),
	/** When it was opened, or its steps were sent again last. */
	at: z.string(),
	/** Times that its steps were sent again because nothing was heard of it. */
	resent: z.int().min(0),
});
export type Open = z.output<typeof openSchema>;

export const writeOpen = (store: StateStore, at: Attempt, resent = 0): Promise<void> =>
	store.write(keys.open(at), { schema: 1, at: new Date().toISOString(), resent } satisfies Open);
