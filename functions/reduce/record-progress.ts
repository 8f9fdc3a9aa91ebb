import { readDocument } from '#shared/sampling/documents.ts';
import { keys } from '#shared/sampling/keys.ts';
import { nodeIds, nodeSchema } from '#shared/sampling/node.ts';
import { type Progress, progressSchema } from '#shared/sampling/outcome.ts';
import { addSummaries, emptySummary, type Summary } from '#shared/sampling/summary.ts';
import { readSummaries } from './count-node.ts';
import type { ReducePorts } from './ports.ts';

/** Nodes that one progress record looks into; of a larger walk it tells a lower bound. */
const mostNodes = 200;

/** Writes how far a sampling is, unless somebody did a moment ago. */
export const recordProgress = async ({ store, progressMs }: ReducePorts, sampling: string): Promise<void> => {
	const last = await readDocument(store, keys.progress(sampling), progressSchema);
	if (last && Date.now() - Date.parse(last.at) < progressMs) return;
	const at = new Date().toISOString();
	const summary = await summarizeOpen(store, sampling);
	await store.write(keys.progress(sampling), { schema: 1, at, summary } satisfies Progress);
};

/** The sum over what is finished and what unfinished nodes have finished below them. */
export const summarizeOpen = async (store: ReducePorts['store'], sampling: string): Promise<Summary> => {
	const open = [nodeIds.project as string];
	let summary = emptySummary;
	for (let looked = 0; open.length > 0 && looked < mostNodes; looked++) {
		const node = await readDocument(store, keys.node(sampling, open.shift() as string), nodeSchema);
		if (!node) continue;
		const done = new Set<string>();
		for await (const key of store.list(keys.doneIn(sampling, node.id))) done.add(key);
		// Chunks have no nodes, so those of a video that aren't done are looked for in vain, and not needed.
		const isVideo = node.id.startsWith('video-');
		if (!isVideo) open.push(...node.children.filter(child => !done.has(keys.done(sampling, node.id, child))));
		summary = addSummaries([summary, node.own, ...(await readSummaries(store, [...done]))]);
	}
	return summary;
};
