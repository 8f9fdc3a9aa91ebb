import pLimit from 'p-limit';
import { hasEnded, readDocument } from '#shared/sampling/documents.ts';
import { keys } from '#shared/sampling/keys.ts';
import type { ReportMessage } from '#shared/sampling/messages.ts';
import { type Node, nodeSchema } from '#shared/sampling/node.ts';
import { addSummaries, type Summary, summarySchema } from '#shared/sampling/summary.ts';
import { completeSampling } from './complete-sampling.ts';
import type { ReducePorts } from './ports.ts';
import { recordProgress } from './record-progress.ts';

/**
 * Counts the finished children of a node. When all are, the node is finished: its summary goes to the node above,
 * which is counted next, up to the project, whose completion is the sampling's. One count costs no more than the
 * children of one node; duplicates and repeats change nothing, since identities are counted.
 */
export const countNode = async (ports: ReducePorts, { sampling, node: first }: ReportMessage): Promise<void> => {
	const { store } = ports;
	if (await hasEnded(store, sampling)) return;
	for (let id: string | null = first; id !== null; ) {
		const node: Node | undefined = await readDocument(store, keys.node(sampling, id), nodeSchema);
		if (!node) return;
		const children = new Set(node.children.map(child => keys.done(sampling, node.id, child)));
		const done: string[] = [];
		for await (const key of store.list(keys.doneIn(sampling, node.id))) if (children.has(key)) done.push(key);
		if (done.length < children.size) return recordProgress(ports, sampling);
		const summary = addSummaries([node.own, ...(await readSummaries(store, done))]);
		if (node.parent === null) return completeSampling(ports, sampling, summary);
		await store.create(keys.done(sampling, node.parent, node.id), summarySchema.encode(summary));
		id = node.parent;
	}
};

const atOnce = pLimit(16);

/** The summaries behind some markers. */
export const readSummaries = async (store: ReducePorts['store'], markers: string[]): Promise<Summary[]> => {
	const found = await Promise.all(markers.map(key => atOnce(() => readDocument(store, key, summarySchema))));
	return found.filter(summary => summary !== undefined);
};
