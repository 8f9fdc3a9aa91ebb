import pLimit from 'p-limit';
import type { StateStore } from '#shared/aws/state-store.ts';
import { readDocument } from '#shared/sampling/documents.ts';
import { type Attempt, keys } from '#shared/sampling/keys.ts';
import type { Finished } from '#shared/sampling/marker.ts';
import { type Node, nodeIds } from '#shared/sampling/node.ts';
import { type Report, type ReportPart, reportPartSchema, reportSchema, videoReport } from '#shared/sampling/report.ts';
import type { Summary } from '#shared/sampling/summary.ts';

const atOnce = pLimit(16);

const partKey = (at: Attempt, node: string, faulty: boolean) =>
	faulty ? keys.faultyReportPart(at, node) : keys.reportPart(at.sampling, node);

/** Writes what has become of everything below a finished node, from the parts of its children. */
export const writeReportPart = async (
	store: StateStore,
	at: Attempt,
	node: Node,
	children: ({ id: string } & Finished)[],
	summaries: Summary[],
): Promise<void> => {
	const faulty = [node.own, ...summaries].some(({ faultCount }) => faultCount > 0);
	const part = node.video
		? { videos: [videoReport(node.video, [node.own, ...summaries])], faults: [] }
		: await joinParts(store, at, children, summaries);
	await store.write(partKey(at, node.id, faulty), reportPartSchema.encode({ schema: 1, ...part }));
};

const joinParts = async (
	store: StateStore,
	at: Attempt,
	children: ({ id: string } & Finished)[],
	summaries: Summary[],
): Promise<Omit<ReportPart, 'schema'>> => {
	const parts = await Promise.all(
		children.map(({ id, faulty }, index) =>
			atOnce(async () => {
				const part = await readDocument(store, partKey(at, id, faulty), reportPartSchema);
				return part ?? withoutNode(summaries[index] as Summary);
			}),
		),
	);
	return { videos: parts.flatMap(({ videos }) => videos), faults: parts.flatMap(({ faults }) => faults) };
};

/** A step of the walk that became a fault has no node of its own; a video that could not be planned is one. */
const withoutNode = (summary: Summary): Omit<ReportPart, 'schema'> => {
	const video = summary.faults[0]?.video;
	return video && summary.videos === 1
		? { videos: [videoReport(video, [summary])], faults: [] }
		: { videos: [], faults: summary.faults };
};

/** Writes the report of a completed sampling. */
export const writeReport = async (
	store: StateStore,
	at: Attempt,
	{ state, finishedAt, faulty }: Pick<Report, 'state' | 'finishedAt'> & { faulty: boolean },
): Promise<void> => {
	const part = await readDocument(store, partKey(at, nodeIds.project, faulty), reportPartSchema);
	const { videos = [], faults = [] } = part ?? {};
	await store.write(
		keys.report(at.sampling),
		reportSchema.encode({ schema: 1, ...at, state, finishedAt, videos, faults }),
	);
};
