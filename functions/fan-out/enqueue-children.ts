import { keepNode, readDocument } from '#shared/sampling/documents.ts';
import { type Attempt, keys } from '#shared/sampling/keys.ts';
import { type ChildMessage, childMessagesSchema } from '#shared/sampling/messages.ts';
import { emptySummary } from '#shared/sampling/summary.ts';
import type { FanOutPorts } from './ports.ts';

/**
 * Makes a node of the walk known, then enqueues its children. The first writing counts: of two deliveries of a step
 * that find different listings, both enqueue what the first found. A node without children is finished at once, so it
 * is reported.
 */
export const enqueueChildren = async (
	{ store, sendPlan, sendRecount }: Pick<FanOutPorts, 'store' | 'sendPlan' | 'sendRecount'>,
	at: Attempt,
	node: { id: string; parent: string | null },
	messages: ChildMessage[],
): Promise<void> => {
	const key = keys.childMessages(at.sampling, node.id);
	const isFirst = await store.create(key, childMessagesSchema.encode({ schema: 1, messages }));
	const kept = isFirst ? messages : ((await readDocument(store, key, childMessagesSchema))?.messages as ChildMessage[]);
	await keepNode(store, at, { ...node, children: kept.map(step => step.node), own: emptySummary });
	await sendPlan(kept.map(step => ({ ...step, attempt: at.attempt })));
	if (kept.length === 0) await sendRecount([{ schema: 1, ...at, node: node.id }]);
};
