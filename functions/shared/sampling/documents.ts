import type * as z from 'zod';
import { FramefanError } from '../errors.ts';
import { log } from '../log.ts';
import { measure } from '../metrics.ts';
import type { StateStore } from '../state-store.ts';
import { type Attempt, keys } from './keys.ts';
import { type Node, nodeSchema } from './node.ts';
import { type Outcome, outcomeSchema } from './outcome.ts';
import { recordSchema, type SamplingRecord } from './request.ts';

/** Reads a document; undefined when there is none. @throws FramefanError with the key and the wrong field */
export async function readDocument<Schema extends z.ZodType>(
	store: Pick<StateStore, 'read'>,
	key: string,
	schema: Schema,
): Promise<z.output<Schema> | undefined> {
	const found = await store.read(key);
	if (!found) return undefined;
	const result = schema.safeParse(found.value);
	if (result.success) return result.data;
	throw new FramefanError(`State document ${key} has an unknown form: ${result.error.message}`);
}

/** @throws FramefanError when there is none: the message is about an unknown sampling */
export async function readRecord(store: StateStore, sampling: string): Promise<SamplingRecord> {
	const record = await readDocument(store, keys.request(sampling), recordSchema);
	if (!record) throw new FramefanError(`There is no sampling ${sampling}`);
	return record;
}

/** A node of the walk; undefined when this attempt has not reached it. */
export async function readNode(store: StateStore, at: Attempt, node: string): Promise<Node | undefined> {
	return (
		(await readDocument(store, keys.node(at.sampling, node), nodeSchema)) ??
		readDocument(store, keys.faultyNode(at, node), nodeSchema)
	);
}

/** Writes a node; the first write wins. @returns the stored node */
export async function keepNode(store: StateStore, at: Attempt, node: Omit<Node, 'schema'>): Promise<Node> {
	const { sampling } = at;
	const key = node.own.faultCount > 0 ? keys.faultyNode(at, node.id) : keys.node(sampling, node.id);
	if (await store.create(key, nodeSchema.encode({ schema: 1, ...node }))) return { schema: 1, ...node };
	return (await readDocument(store, key, nodeSchema)) as Node;
}

/** Ends an attempt; the first outcome wins. @returns whether this is the first */
export async function endSampling(
	store: StateStore,
	at: Attempt,
	outcome: Omit<Outcome, 'schema' | 'finishedAt'>,
): Promise<boolean> {
	const finishedAt = new Date().toISOString();
	const isFirst = await store.create(keys.outcome(at), outcomeSchema.encode({ schema: 1, finishedAt, ...outcome }));
	if (isFirst) reportEnd(at, outcome);
	return isFirst;
}

const reportEnd = (at: Attempt, { state, reason, summary }: Pick<Outcome, 'state' | 'reason' | 'summary'>): void => {
	const { videos, framesUploaded, framesAlreadyThere, faultCount: faults } = summary;
	log.info('Sampling ended', { ...at, state, reason, videos, framesUploaded, framesAlreadyThere, faults });
	if (state === 'failed') measure({ SamplingsFailed: 1 });
	else if (state === 'cancelled') measure({ SamplingsCancelled: 1 });
	else measure({ SamplingsCompleted: 1 });
};

export function readOutcome(store: StateStore, at: Attempt): Promise<Outcome | undefined> {
	return readDocument(store, keys.outcome(at), outcomeSchema);
}

/** Whether an attempt has ended, so that its remaining work is skipped. */
export function hasEnded(store: StateStore, at: Attempt): Promise<boolean> {
	return store.exists(keys.outcome(at));
}

/** Begins an attempt after the first; idempotent. @returns whether this call has begun it */
export function beginAttempt(store: StateStore, at: Attempt): Promise<boolean> {
	return store.create(keys.attempt(at), { schema: 1, createdAt: new Date().toISOString() });
}

/** The current or last attempt of a sampling. */
export async function currentAttempt(store: StateStore, sampling: string): Promise<Attempt> {
	let attempt = 1;
	const prefix = keys.attempts(sampling);
	for await (const key of store.list(prefix)) attempt = Math.max(attempt, Number(key.slice(prefix.length, -5)));
	return { sampling, attempt };
}
