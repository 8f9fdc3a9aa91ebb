import { log } from '#shared/log.ts';
import { beginAttempt, endSampling, hasEnded, readDocument, readNode } from '#shared/sampling/documents.ts';
import { type Attempt, keys, openAttempt } from '#shared/sampling/keys.ts';
import { finishedChildren } from '#shared/sampling/marker.ts';
import { nodeIds } from '#shared/sampling/node.ts';
import { lastHeard, openSchema, writeOpen } from '#shared/sampling/open.ts';
import { countNode } from './count-node.ts';
import type { ReducePorts } from './ports.ts';
import { recordEnd } from './record-end.ts';
import { summarizeOpen } from './summarize-open.ts';

/** Times that the unfinished steps of a stuck sampling are sent again before it is ended. */
const mostResent = 3;

/**
 * Looks through all open samplings: recounts one of which nothing was heard since the last sweep, so that a lost report
 * heals; sends the unfinished steps of a stuck one again, so that any other lost message heals; ends one that stays
 * stuck, with the reason. One that may only be waiting in line behind others that move is left alone.
 * @param quietMs recounting one that works would be for nothing
 */
export const sweep = async (ports: ReducePorts, quietMs: number): Promise<void> => {
	const { store } = ports;
	const heard = new Map<string, number>();
	for await (const key of store.list(keys.openAttempts)) {
		// What can't be read is looked after below, where its failure harms no other.
		heard.set(key, await lastHeard(store, openAttempt(key)).catch(() => 0));
	}
	// In no fixed order: where there are more than one sweep can look after, each has its turn.
	const inAnyOrder = [...heard.keys()].sort(() => Math.random() - 0.5);
	for (const key of inAnyOrder) {
		const at = openAttempt(key);
		try {
			const others = [...heard].flatMap(([other, time]) => (other === key ? [] : time));
			await lookAfter(ports, at, { quietMs, othersHeard: Math.max(0, ...others) });
		} catch (error) {
			log.error('Sweep of a sampling failed', { ...at, error });
		}
	}
};

const lookAfter = async (
	ports: ReducePorts,
	at: Attempt,
	{ quietMs, othersHeard }: { quietMs: number; othersHeard: number },
): Promise<void> => {
	const { store, stuckMs, messagesKeptMs, sendPlan } = ports;
	if (await hasEnded(store, at)) return recordEnd(ports, at);
	const open = await readDocument(store, keys.open(at), openSchema);
	if (!open) return;
	const now = Date.now();
	const [opened, heard] = [Date.parse(open.at), await lastHeard(store, at)];
	const idleMs = now - Math.max(opened, heard);
	if (idleMs < quietMs) return;
	// What was to begin it died in the middle.
	if (!(await store.exists(keys.request(at.sampling)))) return store.remove(keys.open(at));
	if (at.attempt > 1 && (await beginAttempt(store, at))) return sendPlan([{ schema: 1, kind: 'project', ...at }]);
	const nothing = async () => {};
	for (const node of await unfinishedNodes(ports, at)) await countNode(ports, { schema: 1, ...at, node }, nothing);
	if (idleMs < stuckMs || (await hasEnded(store, at))) return;
	// Progress since they were sent the last time: that was no end, so it counts from the beginning.
	const { resent, inLineSince } = heard > opened ? { resent: 0, inLineSince: null } : open;
	const since = inLineSince ?? new Date(Math.max(opened, heard)).toISOString();
	// Whoever waits longer than a queue keeps messages has none there any more.
	if (now - othersHeard < stuckMs && now - Date.parse(since) < messagesKeptMs) {
		log.info('Sampling is waiting while other samplings make progress', { ...at, since });
		return writeOpen(store, at, { resent, inLineSince: since });
	}
	if (resent < mostResent) {
		log.warn('Sampling makes no progress: its unfinished messages are sent again', { ...at, resent });
		await writeOpen(store, at, { resent: resent + 1 });
		return sendPlan([{ schema: 1, kind: 'project', ...at }]);
	}
	const minutes = Math.round((stuckMs * (mostResent + 1)) / 60_000);
	const reason = `No progress for ${minutes} minutes, although its unfinished messages were sent again ${mostResent} times: check the functions' logs and alarms, then retry the sampling`;
	await endSampling(store, at, { state: 'failed', reason, summary: await summarizeOpen(store, at) });
	await recordEnd(ports, at);
};

/** Nodes looked into by one sweep: the next ones look into the rest, once these are finished. */
const mostNodes = 200;

/** Nodes without a marker, the deepest first. */
const unfinishedNodes = async ({ store }: ReducePorts, at: Attempt): Promise<string[]> => {
	const found: string[] = [];
	for (let level: string[] = [nodeIds.project]; level.length > 0 && found.length < mostNodes; ) {
		found.unshift(...level);
		const below: string[] = [];
		for (const id of level) {
			if (found.length + below.length >= mostNodes) break;
			const node = await readNode(store, at, id);
			if (!node || node.video) continue;
			const finished = await finishedChildren(store, at, id);
			below.push(...node.children.filter(child => !finished.has(child)));
		}
		level = below;
	}
	return found;
};
