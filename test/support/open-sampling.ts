import { keepNode } from '#shared/sampling/documents.ts';
import { type Attempt, keys } from '#shared/sampling/keys.ts';
import type { PlanMessage } from '#shared/sampling/messages.ts';
import { writeOpen } from '#shared/sampling/open.ts';
import type { Destination, Progress } from '#shared/sampling/outcome.ts';
import { requestSchema, type SamplingRecord } from '#shared/sampling/request.ts';
import { emptySummary } from '#shared/sampling/summary.ts';
import type { SweepPorts } from '../../functions/reduce/ports.ts';
import { temporaryState } from './state-folder.ts';

/** The attempt that {@link openSampling} makes. */
export const at: Attempt = { sampling: 'abc', attempt: 1 };
const minute = 60_000;

/**
 * A sampling of one video with two chunks, in a state of its own.
 * @param isPlanned whether the video's chunks are known
 */
export async function openSampling({ isPlanned = true } = {}) {
	const store = await temporaryState();
	const sent: PlanMessage[] = [];
	const written: Record<string, unknown>[] = [];
	const others = { team: { keeps: 'this' }, is_sample: true };
	const ports: SweepPorts = {
		store,
		supervisely: {
			project: async id => ({ id, name: 'd', workspaceId: 1, type: 'images', customData: written.at(-1) ?? others }),
			setProjectData: async (_, data) => void written.push(data),
			images: async function* () {},
		},
		sendPlan: async messages => void sent.push(...messages),
		outage: async () => undefined,
		...{ progressMs: 0, leaseMs: 5000, stuckMs: 90 * minute, messagesKeptMs: 7 * 24 * 60 * minute },
	};
	const record: SamplingRecord = {
		...{ schema: 1, id: at.sampling, createdAt: '2026-11-01T00:00:00.000Z', standing: false },
		request: requestSchema.parse({ source: { projectId: 5 } }),
	};
	const destination: Destination = { schema: 1, id: 77, name: 'd', workspaceId: 1 };
	await store.write(keys.request(at.sampling), record);
	await store.write(keys.destination(at.sampling), destination);
	await keepNode(store, at, { id: 'project', parent: null, children: ['dataset-1'], own: emptySummary });
	await keepNode(store, at, { id: 'dataset-1', parent: 'project', children: ['video-2'], own: emptySummary });
	const own = { ...emptySummary, videos: 1, framesPlanned: 5, framesAlreadyThere: 1 };
	const video = { id: 2, name: 'v.mp4' };
	if (isPlanned) await keepNode(store, at, { id: 'video-2', parent: 'dataset-1', children: ['a', 'b'], video, own });
	await writeOpen(store, at);
	/** As if nothing had been heard since. */
	const age = async (minutes: number, resent = 0) => {
		const then = new Date(Date.now() - minutes * minute).toISOString();
		await writeOpen(store, at, { at: then, resent });
		const progress: Progress = { schema: 1, at: then, summary: emptySummary };
		await store.write(keys.progress(at), progress);
	};
	return { ports, store, sent, written, age };
}

export function part(framesUploaded: number, faults: { reason: string; message: string }[] = []) {
	return {
		...emptySummary,
		framesUploaded,
		faultCount: faults.length,
		faults,
	};
}
