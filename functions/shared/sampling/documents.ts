import type { z } from 'zod';
import type { StateStore } from '../aws/state-store.ts';
import { FramefanError } from '../errors.ts';
import { type Attempt, keys } from './keys.ts';
import { type Node, nodeSchema } from './node.ts';
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
	throw new FramefanError(`State document ${key} has an unknown form: ${result.error.message}`);
};

/** @throws FramefanError when there is none: a message then speaks of a sampling that doesn't exist */
export const readRecord = async (store: StateStore, sampling: string): Promise<SamplingRecord> => {
	const record = await readDocument(store, keys.request(sampling), recordSchema);
	if (!record) throw new FramefanError(`There is no sampling ${sampling}`);
	return record;
};

/** A node of the walk; undefined when this attempt has not come so far. */
export const readNode = async (store: StateStore, at: Attempt, node: string): Promise<Node | undefined> =>
	(await readDocument(store, keys.node(at.sampling, node), nodeSchema)) ??
	readDocument(store, keys.faultyNode(at, node), nodeSchema);

/** Keeps a node; the first writing counts. @returns the node as it is kept */
export const keepNode = async (store: StateStore, at: Attempt, node: Omit<Node, 'schema'>): Promise<Node> => {
	const { sampling } = at;
	const key = node.own.faultCount > 0 ? keys.faultyNode(at, node.id) : keys.node(sampling, node.id);
	if (await store.create(key, nodeSchema.encode({ schema: 1, ...node }))) return { schema: 1, ...node };
	return (await readDocument(store, key, nodeSchema)) as Node;
};

/** Ends an attempt, once: a second outcome changes nothing. @returns whether this one counts */
export const endSampling = async (
	store: StateStore,
	at: Attempt,
	outcome: Omit<Outcome, 'schema' | 'finishedAt'>,
): Promise<boolean> => {
	const finishedAt = new Date().toISOString();
	return store.create(keys.outcome(at), outcomeSchema.encode({ schema: 1, finishedAt, ...outcome }));
};

export const readOutcome = (store: StateStore, at: Attempt): Promise<Outcome | undefined> =>
	readDocument(store, keys.outcome(at), outcomeSchema);

/** Whether an attempt has ended, so that no more of it is to be done. */
export const hasEnded = (store: StateStore, at: Attempt): Promise<boolean> => store.exists(keys.outcome(at));

/** Begins an attempt after the first; repeating it changes nothing. */
export const beginAttempt = (store: StateStore, at: Attempt): Promise<boolean> =>
	store.create(keys.attempt(at), { schema: 1, createdAt: new Date().toISOString() });

/** The attempt that a sampling is at, or was last. */
export const currentAttempt = async (store: StateStore, sampling: string): Promise<Attempt> => {
	let attempt = 1;
	const prefix = keys.attempts(sampling);
	for await (const key of store.list(prefix)) attempt = Math.max(attempt, Number(key.slice(prefix.length, -5)));
	return { sampling, attempt };
};
