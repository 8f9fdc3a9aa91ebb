import type { z } from 'zod';
import type { StateStore } from '../aws/state-store.ts';
import { FramefanError } from '../errors.ts';
import { keys } from './keys.ts';
import { type Outcome, outcomeSchema } from './outcome.ts';
import { recordSchema, type SamplingRecord } from './request.ts';

/** Reads a document and refuses one that isn't of this form, by key and place. */
export const readDocument = async <Schema extends z.ZodType>(
	store: Pick<StateStore, 'read'>,
	key: string,
	schema: Schema,
): Promise<z.output<Schema> | undefined> => {
	const found = await store.read(key);
	if (!found) return undefined;
	const result = schema.safeParse(found.value);
	if (result.success) return result.data;
	throw new FramefanError(`State document ${key} is foreign: ${result.error.message}`);
};

/** @throws FramefanError when there is none: a message then speaks of a sampling that doesn't exist */
export const readRecord = async (store: StateStore, sampling: string): Promise<SamplingRecord> => {
	const record = await readDocument(store, keys.request(sampling), recordSchema);
	if (!record) throw new FramefanError(`There is no sampling ${sampling}`);
	return record;
};

/** Ends a sampling, once: a second outcome changes nothing. */
export const endSampling = async (
	store: StateStore,
	sampling: string,
	outcome: Omit<Outcome, 'schema'>,
): Promise<void> => {
	await store.create(keys.outcome(sampling), outcomeSchema.encode({ schema: 1, ...outcome }));
	await store.remove(keys.open(sampling));
};

/** Whether a sampling has ended, so that no more of it is to be done. */
export const hasEnded = (store: StateStore, sampling: string): Promise<boolean> => store.exists(keys.outcome(sampling));
