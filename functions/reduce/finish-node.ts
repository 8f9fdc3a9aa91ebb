import type { StateStore } from '#shared/aws/state-store.ts';
import { readAhead } from '#shared/read-ahead.ts';
import { readDocument } from '#shared/sampling/documents.ts';
import type { Attempt } from '#shared/sampling/keys.ts';
import type { Finished } from '#shared/sampling/marker.ts';
import type { Node } from '#shared/sampling/node.ts';
import { type ReportPiece, reportPartSchema, videoReport } from '#shared/sampling/report.ts';
import { addSummaries, type Summary, summarySchema } from '#shared/sampling/summary.ts';
import { reportPartKey } from './write-report.ts';

/** Faults and notes of a video that stand in its part of the report, each; more of them stay in the markers. */
const mostOfVideo = 100;
/** Characters of the parts below that are taken into one part; others are referred to. */
const mostInPart = 1_000_000;

/** A finished child of a node, by its id. */
export type Child = { id: string } & Finished;

/**
 * Adds up what the finished children of a node have achieved, and writes the part of the report that is about everything
 * below the node. Neither takes more memory where there is more to tell.
 * @returns the sum over the node and its children
 */
export const finishNode = async (
	store: StateStore,
	at: Attempt,
	node: Pick<Node, 'id' | 'video' | 'own'>,
	children: Child[],
): Promise<Summary> => {
	const { video, own } = node;
	const { summary, pieces } = await (video
		? sumVideo(store, { video, own }, children)
		: joinParts(store, at, own, children));
	const key = reportPartKey(at, node.id, summary.faultCount > 0);
	await store.write(key, reportPartSchema.encode({ schema: 1, pieces }));
	return summary;
};

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

/** A step of the walk that became a fault has no node of its own; a video that could not be planned is one. */
const withoutNode = (summary: Summary): ReportPiece[] => {
	const video = summary.faults[0]?.video;
	if (video && summary.videos === 1) return [{ video: videoReport(video, summary), markers: [] }];
	return summary.faults.length > 0 ? [{ faults: summary.faults }] : [];
};
