import { hasEnded, readNode } from '#shared/sampling/documents.ts';
import type { Attempt } from '#shared/sampling/keys.ts';
import { writeLabelFingerprint } from '#shared/sampling/label-fingerprint.ts';
import { finishedChildren, markDone } from '#shared/sampling/marker.ts';
import type { RecountMessage } from '#shared/sampling/messages.ts';
import { completeSampling } from './complete-sampling.ts';
import { finishNode } from './finish-node.ts';
import type { ReducePorts } from './ports.ts';
import { recordEnd } from './record-end.ts';

/**
 * Counts the finished children of a node. When all are, the node is finished: its summary goes to the node above,
 * which is counted next, up to the project, whose completion is the sampling's. One count costs no more than the
 * children of one node; duplicates and repeats change nothing, since identities are counted.
 * @param onUnfinished what is done when something is still to come
 */
export const countNode = async (
	ports: ReducePorts,
	{ sampling, attempt, node: first }: RecountMessage,
	onUnfinished: (ports: ReducePorts, at: Attempt) => Promise<void>,
): Promise<void> => {
	const { store } = ports;
	const at = { sampling, attempt };
	if (await hasEnded(store, at)) return recordEnd(ports, at);
	for (let id = first; ; ) {
		const node = await readNode(store, at, id);
		if (!node) return;
		const finished = await finishedChildren(store, at, id);
		const children = node.children.flatMap(child => {
			const marker = finished.get(child);
			return marker ? [{ id: child, ...marker }] : [];
		});
		if (children.length < node.children.length) return onUnfinished(ports, at);
		const summary = await finishNode(store, at, node, children);
		// Another attempt may have made some of them of what came later.
		if (node.labels && attempt === 1 && summary.faultCount === 0) await writeLabelFingerprint(store, node.labels);
		if (node.parent === null) return completeSampling(ports, at, summary);
		await markDone(store, at, node.parent, id, summary);
		id = node.parent;
	}
};
