import { log } from '#shared/log.ts';
import { beginAttempt, endSampling, hasEnded, readDocument, readNode } from '#shared/sampling/documents.ts';
import { type Attempt, keys, openAttempt } from '#shared/sampling/keys.ts';
import { finishedChildren } from '#shared/sampling/marker.ts';
import { projectMessage, recountMessage } from '#shared/sampling/messages.ts';
import { nodeIds } from '#shared/sampling/node.ts';
import { lastProgress, openSchema, writeOpen } from '#shared/sampling/open.ts';
import { countNode } from './count-node.ts';
import { recordEnd } from './end-of-sampling.ts';
import type { ReducePorts, SweepPorts } from './ports.ts';
import { summarizeOpen } from './summarize-open.ts';

/** How often the unfinished messages of a stuck sampling are sent again before it is ended. */
const mostResent = 3;

/**
 * Checks all open samplings. One without progress since the last sweep is recounted, in case a recount message was lost.
 * The unfinished messages of a stuck one are sent again, in case another message was lost. One that stays stuck is ended
 * with the reason. One that may be waiting in the queues while others make progress, or for a server that is away, is left
 * alone.
 * @param quietMs samplings with newer progress are skipped
 */
export async function sweep(ports: SweepPorts, quietMs: number): Promise<void> {
	const { store } = ports;
	const heard = new Map<string, number>();
	for await (const key of store.list(keys.openAttempts)) {
		// Read errors are reported below, where they affect only this sampling.
		heard.set(key, await lastProgress(store, openAttempt(key)).catch(() => 0));
	}
	// In random order, so that each is checked eventually when one sweep has no time for all.
	const inAnyOrder = [...heard.keys()].sort(() => Math.random() - 0.5);
	for (const key of inAnyOrder) {
		const at = openAttempt(key);
		try {
			const others = [...heard].flatMap(([other, time]) => (other === key ? [] : time));
			await sweepAttempt(ports, at, { quietMs, othersHeard: Math.max(0, ...others) });
		} catch (error) {
			log.error('Sweep of a sampling failed', { ...at, error });
		}
	}
}

const sweepAttempt = async (
	ports: SweepPorts,
	at: Attempt,
	{ quietMs, othersHeard }: { quietMs: number; othersHeard: number },
): Promise<void> => {
	const { store, stuckMs, messagesKeptMs, sendPlan } = ports;
	if (await hasEnded(store, at)) return recordEnd(ports, at);
	const open = await readDocument(store, keys.open(at), openSchema);
	if (!open) return;
	const now = Date.now();
	const [opened, heard] = [Date.parse(open.at), await lastProgress(store, at)];
	const idleMs = now - Math.max(opened, heard);
	if (idleMs < quietMs) return;
	// The API call crashed after writing `open` and before writing the request.
	if (!(await store.exists(keys.request(at.sampling)))) return store.remove(keys.open(at));
	if (at.attempt > 1 && (await beginAttempt(store, at))) return sendPlan([projectMessage(at)]);
	const nothing = async () => {};
	for (const node of await unfinishedNodes(ports, at)) await countNode(ports, recountMessage(at, node), nothing);
	if (idleMs < stuckMs || (await hasEnded(store, at)) || (await ports.outage())) return;
	// There was progress since the messages were sent again, so the count restarts.
	const { resent, inLineSince } = heard > opened ? { resent: 0, inLineSince: null } : open;
	const since = inLineSince ?? new Date(Math.max(opened, heard)).toISOString();
	// It may be waiting behind others, but not for longer than the queues keep its messages.
	if (now - othersHeard < stuckMs && now - Date.parse(since) < messagesKeptMs) {
		log.info('Sampling is waiting while other samplings make progress', { ...at, since });
		return writeOpen(store, at, { resent, inLineSince: since }, open);
	}
	if (resent < mostResent) {
		log.warn('Sampling makes no progress: its unfinished messages are sent again', { ...at, resent });
		await writeOpen(store, at, { resent: resent + 1 }, open);
		return sendPlan([projectMessage(at)]);
	}
	const minutes = Math.round((stuckMs * (mostResent + 1)) / 60_000);
	const reason = `No progress for ${minutes} minutes, although its unfinished messages were sent again ${mostResent} times: check the functions' logs and alarms, then retry the sampling`;
	await endSampling(store, at, { state: 'failed', reason, summary: await summarizeOpen(store, at) });
	await recordEnd(ports, at);
};

/** Largest number of nodes that one sweep reads; later sweeps read the rest once these are finished. */
const mostNodes = 200;

/** Nodes without a marker, deepest first. */
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
