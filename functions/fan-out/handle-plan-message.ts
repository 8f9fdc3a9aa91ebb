import { begin } from '#shared/begin.ts';
import { PermanentError, SamplingFailure } from '#shared/errors.ts';
import { log } from '#shared/log.ts';
import { countFaults } from '#shared/metrics.ts';
import { endSampling, hasEnded, readDocument, readNode, readRecord } from '#shared/sampling/documents.ts';
import { keys } from '#shared/sampling/keys.ts';
import { finishedChildren, isDone, markDone } from '#shared/sampling/marker.ts';
import {
	type ChildMessage,
	childMessagesSchema,
	decodeMessage,
	identityOf,
	type PlanMessage,
	recountMessage,
} from '#shared/sampling/messages.ts';
import { type Node, nodeIds } from '#shared/sampling/node.ts';
import { emptySummary } from '#shared/sampling/summary.ts';
import { openProject } from './open-project.ts';
import { planVideo } from './plan-video.ts';
import type { FanOutPorts } from './ports.ts';
import { refreshChunks } from './refresh-chunks.ts';
import { walkDataset, walkPage } from './walk-dataset.ts';

/**
 * Handles one plan message. On return its children are enqueued, or it has become a fault. When it throws, the message
 * must be delivered again; repeats are harmless. A repeated message enqueues only the unfinished children, which is
 * also how the next attempt continues.
 */
export async function handlePlanMessage(ports: FanOutPorts, message: PlanMessage, signal: AbortSignal): Promise<void> {
	const { store, sendRecount } = ports;
	const { sampling, attempt } = message;
	const at = { sampling, attempt };
	// Most messages need the node, the record and the marker, so these are read in parallel.
	const node = begin(() => readNode(store, at, identityOf(message)));
	const recorded = begin(() => readRecord(store, sampling));
	const done = begin(async () => message.kind !== 'project' && isDone(store, at, message.parent, message.node));
	if (await hasEnded(store, at)) return;
	if (message.kind !== 'project' && (await done)) return sendRecount([recountMessage(at, message.parent)]);
	try {
		const known = await node;
		const record = await recorded;
		const { request } = record;
		if (known) {
			if (message.kind === 'video' && attempt > 1)
				await refreshChunks(ports, request, message, known, signal).catch(keepOldChunks);
			return await enqueueUnfinished(ports, message, known);
		}
		if (message.kind === 'project') await openProject(ports, at, request);
		else if (message.kind === 'dataset') await walkDataset(ports, request, message);
		else if (message.kind === 'page') await walkPage(ports, request, message);
		else await planVideo(ports, record, message, signal);
	} catch (error) {
		if (error instanceof SamplingFailure || (error instanceof PermanentError && message.kind === 'project')) {
			log.error('Sampling failed', { error });
			await endSampling(store, at, { state: 'failed', reason: error.message, summary: emptySummary });
			await sendRecount([recountMessage(at, nodeIds.project)]);
		} else if (error instanceof PermanentError && message.kind !== 'project') {
			await becomeFault(ports, message, error);
		} else throw error;
	} finally {
		// If the end was recorded in the meantime, it is recorded again, to remove a copy of the file that was made since.
		if (message.kind === 'video' && (await hasEnded(store, at)))
			await sendRecount([recountMessage(at, nodeIds.project)]);
	}
}

/** Permanent errors are left to the chunks, which report them again. */
const keepOldChunks = (error: unknown): void => {
	if (!(error instanceof PermanentError)) throw error;
	log.warn('Chunks of a video could not be refreshed and are retried unchanged', { error });
};

/** Enqueues the unfinished children of a known node again; if there are none, the node is recounted instead. */
const enqueueUnfinished = async (ports: FanOutPorts, { sampling, attempt }: PlanMessage, node: Node): Promise<void> => {
	const { store } = ports;
	const at = { sampling, attempt };
	const finished = await finishedChildren(store, at, node.id);
	const open = node.children.filter(child => !finished.has(child));
	if (open.length === 0) return ports.sendRecount([recountMessage(at, node.id)]);
	if (node.video) return ports.sendDecode(open.map(chunk => decodeMessage(at, node.id, chunk)));
	const kept = await readDocument(store, keys.childMessages(sampling, node.id), childMessagesSchema);
	const messages = (kept?.messages ?? []).filter(child => !finished.has(identityOf(child)));
	await ports.sendPlan(messages.map(child => ({ ...child, attempt })));
};

/** Records a fault for a dataset, page or video that can't be planned; the rest continues. */
const becomeFault = async (ports: FanOutPorts, message: ChildMessage, error: PermanentError): Promise<void> => {
	const { sampling, attempt, node, parent } = message;
	const at = { sampling, attempt };
	log.warn('A dataset, page or video could not be planned and becomes a fault', { error });
	// Once its node is written, the step is planned and can't become a fault: the message is delivered again.
	if (await readNode(ports.store, at, node)) throw error;
	const isVideo = message.kind === 'video';
	const video = isVideo ? { video: await namedVideo(ports, message.video) } : {};
	const faults = [{ reason: error.reason, message: error.message, ...video }];
	const summary = { ...emptySummary, videos: isVideo ? 1 : 0, faultCount: 1, faults };
	if (await markDone(ports.store, at, parent, node, summary)) countFaults(faults);
	await ports.sendRecount([recountMessage(at, parent)]);
};

/** A video for a fault; named by its id if the server can't be asked for its name. */
const namedVideo = async ({ supervisely }: FanOutPorts, id: number): Promise<{ id: number; name: string }> => {
	const found = await supervisely.video(id).catch(() => undefined);
	return { id, name: found?.name ?? `video ${id}` };
};
