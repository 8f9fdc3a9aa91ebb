import type { StateStore } from '#shared/aws/state-store.ts';
import { readNode } from '#shared/sampling/documents.ts';
import type { Attempt } from '#shared/sampling/keys.ts';
import { finishedChildren, readSummaries } from '#shared/sampling/marker.ts';
import { nodeIds } from '#shared/sampling/node.ts';
import { addSummaries, emptySummary, type Summary } from '#shared/sampling/summary.ts';

/** Nodes that are looked into; of a larger walk the sum is a lower bound. */
const mostNodes = 200;

/** The sum over what is finished and what unfinished nodes have finished below them. */
export const summarizeOpen = async (store: StateStore, at: Attempt): Promise<Summary> => {
	const open = [nodeIds.project as string];
	let summary = emptySummary;
	for (let looked = 0; open.length > 0 && looked < mostNodes; looked++) {
		const node = await readNode(store, at, open.shift() as string);
		if (!node) continue;
		const finished = await finishedChildren(store, at, node.id);
		const done = node.children.flatMap(child => finished.get(child) ?? []);
		// Chunks have no nodes, so those of a video that aren't done aren't looked into.
		if (!node.video) open.push(...node.children.filter(child => !finished.has(child)));
		summary = addSummaries([summary, node.own]);
		for await (const child of readSummaries(store, done)) summary = addSummaries([summary, child]);
	}
	return summary;
};
