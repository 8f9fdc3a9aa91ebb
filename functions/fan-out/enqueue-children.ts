import { keepNode, readDocument } from '#shared/sampling/documents.ts';
import { type Attempt, keys } from '#shared/sampling/keys.ts';
import { type ChildMessage, childMessagesSchema, recountMessage } from '#shared/sampling/messages.ts';
import { emptySummary } from '#shared/sampling/summary.ts';
import type { FanOutPorts } from './ports.ts';

/**
 * Writes a node, then enqueues its children. The first write wins: two deliveries of a message that see different
 * listings both enqueue the children of the first. A node without children is finished, so it is recounted at once.
 */
export async function enqueueChildren(
	{ store, sendPlan, sendRecount }: Pick<FanOutPorts, 'store' | 'sendPlan' | 'sendRecount'>,
	at: Attempt,
	node: { id: string; parent: string | null },
	messages: ChildMessage[],
): Promise<void> {
	const key = keys.childMessages(at.sampling, node.id);
	const isFirst = await store.create(key, childMessagesSchema.encode({ schema: 1, messages }));
	const kept = isFirst ? messages : ((await readDocument(store, key, childMessagesSchema))?.messages as ChildMessage[]);
	await keepNode(store, at, { ...node, children: kept.map(child => child.node), own: emptySummary });
	await sendPlan(kept.map(child => ({ ...child, attempt: at.attempt })));
	if (kept.length === 0) await sendRecount([recountMessage(at, node.id)]);
}
