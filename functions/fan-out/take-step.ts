import { PermanentError, SamplingFailure } from '#shared/errors.ts';
import { log } from '#shared/log.ts';
import { endSampling, hasEnded, readRecord } from '#shared/sampling/documents.ts';
import { keys } from '#shared/sampling/keys.ts';
import type { PlanMessage } from '#shared/sampling/messages.ts';
import { emptySummary } from '#shared/sampling/summary.ts';
import { openProject } from './open-project.ts';
import { planVideo } from './plan-video.ts';
import type { FanOutPorts } from './ports.ts';
import { walkDataset, walkPage } from './walk-dataset.ts';
import { writeNode } from './write-node.ts';

/**
 * One step of the walk. Returning means that the step is done with: its children are enqueued, or it has become a
 * fault. Throwing means that the message has to come again; repeating a step is harmless.
 */
export const takeStep = async (ports: FanOutPorts, message: PlanMessage, signal: AbortSignal): Promise<void> => {
	const { store } = ports;
	if (await hasEnded(store, message.sampling)) return;
	try {
		const { request } = await readRecord(store, message.sampling);
		if (message.kind === 'project') await openProject(ports, message.sampling, request);
		else if (message.kind === 'dataset') await walkDataset(ports, request, message);
		else if (message.kind === 'page') await walkPage(ports, request, message);
		else await planVideo(ports, request, message, signal);
	} catch (error) {
		if (error instanceof SamplingFailure || (error instanceof PermanentError && message.kind === 'project')) {
			log.error('The sampling failed', { sampling: message.sampling, error });
			const finishedAt = new Date().toISOString();
			const { message: reason } = error;
			await endSampling(store, message.sampling, { state: 'failed', reason, finishedAt, summary: emptySummary });
		} else if (error instanceof PermanentError && message.kind !== 'project') {
			// What can't be walked or planned is a fault of its own; everything beside it goes on.
			log.warn('A step of the walk became a fault', { sampling: message.sampling, node: message.node, error });
			const { reason, message: text } = error;
			const video = message.kind === 'video' ? { video: await namedVideo(ports, message.video) } : {};
			const own = { ...emptySummary, faultCount: 1, faults: [{ reason, message: text, ...video }] };
			const videos = message.kind === 'video' ? 1 : 0;
			if (await store.exists(keys.node(message.sampling, message.node))) throw error;
			await writeNode(ports, message.sampling, {
				id: message.node,
				parent: message.parent,
				children: [],
				own: { ...own, videos },
			});
		} else throw error;
	}
};

/** A video as faults name it; where the server doesn't tell its name, by its id. */
const namedVideo = async ({ supervisely }: FanOutPorts, id: number): Promise<{ id: number; name: string }> => {
	const found = await supervisely.video(id).catch(() => undefined);
	return { id, name: found?.name ?? `video ${id}` };
};
