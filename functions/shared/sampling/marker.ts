import { readAhead } from '../bounded-work.ts';
import type { StateStore } from '../state-store.ts';
import { readDocument } from './documents.ts';
import { type Attempt, keys, markedChild } from './keys.ts';
import { type Summary, summarySchema } from './summary.ts';

/** The marker of a finished child, and whether it has faults. */
export type Finished = { key: string; faulty: boolean };

/**
 * Marks a child of a node as finished: without faults for good, with faults for this attempt.
 * @returns whether it was not marked so before
 */
export async function markDone(
	store: StateStore,
	at: Attempt,
	node: string,
	child: string,
	summary: Summary,
): Promise<boolean> {
	const key = summary.faultCount > 0 ? keys.faulted(at, node, child) : keys.done(at.sampling, node, child);
	return store.create(key, summarySchema.encode(summary));
}

export async function isDone(store: StateStore, at: Attempt, node: string, child: string): Promise<boolean> {
	const places = [keys.done(at.sampling, node, child), keys.faulted(at, node, child)];
	return (await Promise.all(places.map(key => store.exists(key)))).includes(true);
}

/** The finished children of a node, by id. Of two markers, one with and one without faults, the latter counts. */
export async function finishedChildren(store: StateStore, at: Attempt, node: string): Promise<Map<string, Finished>> {
	const found = new Map<string, Finished>();
	for await (const key of store.list(keys.markers(at.sampling, node))) {
		const marked = markedChild(key, at, node);
		if (!marked) continue;
		const { child, faulty } = marked;
		if (!faulty || !found.has(child)) found.set(child, { key, faulty });
	}
	return found;
}

/** The summaries of markers, in their order. */
export async function* readSummaries(store: StateStore, markers: { key: string }[]): AsyncGenerator<Summary> {
	for await (const [, summary] of readAhead(markers, ({ key }) => readDocument(store, key, summarySchema)))
		if (summary) yield summary;
}
