import { readNode } from '#shared/sampling/documents.ts';
import type { Attempt } from '#shared/sampling/keys.ts';
import { finishedChildren, readSummaries } from '#shared/sampling/marker.ts';
import { nodeIds } from '#shared/sampling/node.ts';
import { addSummaries, emptySummary, type Summary } from '#shared/sampling/summary.ts';
import type { StateStore } from '#shared/state-store.ts';

/** Limits of the nodes and markers that are read; for larger samplings the sum is a lower bound. */
const mostNodes = 200;
const mostMarkers = 2000;

/**
 * Sums up an unfinished sampling from the top: a finished node counts by its one marker, an unfinished one by its
 * finished children.
 */
export async function summarizeOpen(store: StateStore, at: Attempt): Promise<Summary> {
	const open = [nodeIds.project as string];
	let summary = emptySummary;
	let markersLeft = mostMarkers;
	for (let looked = 0; open.length > 0 && looked < mostNodes && markersLeft > 0; looked++) {
		const node = await readNode(store, at, open.shift() as string);
		if (!node) continue;
		const finished = await finishedChildren(store, at, node.id);
		const done = node.children.flatMap(child => finished.get(child) ?? []).slice(0, markersLeft);
		markersLeft -= done.length;
		// Chunks have no nodes, so the unfinished ones of a video are skipped.
		if (!node.video) open.push(...node.children.filter(child => !finished.has(child)));
		summary = addSummaries([summary, node.own]);
		for await (const child of readSummaries(store, done)) summary = addSummaries([summary, child]);
	}
	return summary;
}

const counts = ['videos', 'framesPlanned', 'framesUploaded', 'framesAlreadyThere', 'labels', 'faultCount'] as const;

/** The larger of each count: both summaries are lower bounds of the same numbers. */
export function maxCounts(summary: Summary, before: Summary | undefined): Summary {
	return {
		...summary,
		...Object.fromEntries(counts.map(name => [name, Math.max(summary[name], before?.[name] ?? 0)])),
	};
}
