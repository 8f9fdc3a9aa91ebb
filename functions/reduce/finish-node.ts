import { readAhead } from '#shared/bounded-work.ts';
import { readDocument } from '#shared/sampling/documents.ts';
import type { Attempt } from '#shared/sampling/keys.ts';
import type { Finished } from '#shared/sampling/marker.ts';
import type { Node } from '#shared/sampling/node.ts';
import { type ReportPiece, reportPartKey, reportPartSchema, videoReport } from '#shared/sampling/report.ts';
import { addSummaries, type Summary, summarySchema } from '#shared/sampling/summary.ts';
import type { StateStore } from '#shared/state-store.ts';

/** Largest number of faults, and of notes, of a video in its part of the report; the others stay in the markers. */
const mostOfVideo = 100;
/** Characters of child parts that are copied into one part; parts beyond this are linked. */
const mostInPart = 1_000_000;

/** A finished child of a node. */
export type Child = { id: string } & Finished;

/**
 * Adds up the summaries of the finished children of a node, and writes the part of the report below the node. Memory is
 * bounded, however many faults there are.
 * @returns the sum over the node and its children
 */
export async function finishNode(
	store: StateStore,
	at: Attempt,
	node: Pick<Node, 'id' | 'video' | 'own'>,
	children: Child[],
): Promise<Summary> {
	const { video, own } = node;
	const { summary, pieces } = await (video
		? sumVideo(store, { video, own }, children)
		: joinParts(store, at, own, children));
	const key = reportPartKey(at, node.id, summary.faultCount > 0);
	await store.write(key, reportPartSchema.encode({ schema: 1, pieces }));
	return summary;
}

type Sum = { summary: Summary; pieces: ReportPiece[] };

const sumVideo = async (
	store: StateStore,
	{ video, own }: { video: NonNullable<Node['video']>; own: Summary },
	children: Child[],
): Promise<Sum> => {
	let summary = own;
	let isSmall = true;
	const told = { faults: [...own.faults], notes: [...own.notes] };
	const markers: string[] = [];
	for await (const [{ key }, ofChunk] of readAhead(children, child => readDocument(store, child.key, summarySchema))) {
		if (!ofChunk) continue;
		summary = addSummaries([summary, ofChunk]);
		const { faults, notes } = ofChunk;
		if (faults.length + notes.length === 0) continue;
		markers.push(key);
		isSmall &&= told.faults.length + faults.length <= mostOfVideo && told.notes.length + notes.length <= mostOfVideo;
		if (!isSmall) continue;
		told.faults.push(...faults);
		told.notes.push(...notes);
	}
	const row = videoReport(video, { ...summary, ...(isSmall ? told : { faults: own.faults, notes: own.notes }) });
	return { summary, pieces: [{ video: row, markers: isSmall ? [] : markers }] };
};

const joinParts = async (store: StateStore, at: Attempt, own: Summary, children: Child[]): Promise<Sum> => {
	let summary = own;
	const pieces: ReportPiece[] = own.faults.length > 0 ? [{ faults: own.faults }] : [];
	let size = 0;
	const readChild = async ({ id, key, faulty }: Child) => {
		const part = reportPartKey(at, id, faulty);
		const [ofChild, found] = await Promise.all([
			readDocument(store, key, summarySchema),
			readDocument(store, part, reportPartSchema),
		]);
		return { part, ofChild, found };
	};
	for await (const [, { part, ofChild, found }] of readAhead(children, readChild)) {
		if (!ofChild) continue;
		summary = addSummaries([summary, ofChild]);
		const below = found?.pieces ?? withoutNode(ofChild);
		const length = JSON.stringify(below).length;
		if (found && size + length > mostInPart) {
			pieces.push({ part });
			continue;
		}
		size += length;
		pieces.push(...below);
	}
	return { summary, pieces };
};

/** The report of a child without a node: a dataset, page or video that could not be planned. */
const withoutNode = (summary: Summary): ReportPiece[] => {
	const video = summary.faults[0]?.video;
	if (video && summary.videos === 1) return [{ video: videoReport(video, summary), markers: [] }];
	return summary.faults.length > 0 ? [{ faults: summary.faults }] : [];
};
