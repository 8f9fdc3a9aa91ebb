import { readAhead } from '#shared/bounded-work.ts';
import { hasEnded, readDocument, readNode } from '#shared/sampling/documents.ts';
import { imageRowsSchema, keptFramesSchema } from '#shared/sampling/image-rows.ts';
import { type Attempt, keys } from '#shared/sampling/keys.ts';
import { writeLabelFingerprint } from '#shared/sampling/label-fingerprint.ts';
import { finishedChildren, markDone } from '#shared/sampling/marker.ts';
import type { RecountMessage } from '#shared/sampling/messages.ts';
import type { Node } from '#shared/sampling/node.ts';
import type { StateStore } from '#shared/state-store.ts';
import { completeSampling, recordEnd } from './end-of-sampling.ts';
import { finishNode } from './finish-node.ts';
import type { ReducePorts } from './ports.ts';

/**
 * Counts the finished children of a node. When all are finished, so is the node: its summary is written to its parent,
 * which is counted next, up to the project, which completes the sampling. The cost of a count is bounded by the children
 * of one node. Idempotent: children are counted by id.
 * @param onUnfinished called when children are still unfinished
 */
export async function countNode(
	ports: ReducePorts,
	{ sampling, attempt, node: first }: RecountMessage,
	onUnfinished: (ports: ReducePorts, at: Attempt) => Promise<void>,
): Promise<void> {
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
		// In a later attempt, some labels may come from newer annotations.
		if (node.labels && attempt === 1 && summary.faultCount === 0) await writeLabelFingerprint(store, node.labels);
		if (node.keptFrames && summary.faultCount === 0) await writeKeptFrames(store, at.sampling, node);
		if (node.parent === null) return completeSampling(ports, at, summary);
		await markDone(store, at, node.parent, id, summary);
		id = node.parent;
	}
}

/** Records which frames the quality rules keep of a video, so that later samplings need not decode the others. */
const writeKeptFrames = async (
	store: StateStore,
	sampling: string,
	{ children, keptFrames }: Pick<Node, 'children' | 'keptFrames'>,
): Promise<void> => {
	const frames: number[] = [];
	const read = (chunk: string) => readDocument(store, keys.imageRows(sampling, chunk), imageRowsSchema);
	for await (const [, images] of readAhead(children, read)) {
		if (!images) return;
		frames.push(...images.rows.map(({ frame }) => frame));
	}
	if (keptFrames) await store.write(keptFrames, keptFramesSchema.encode({ schema: 1, frames }));
};
