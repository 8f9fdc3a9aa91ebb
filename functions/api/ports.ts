import type { Send } from '#shared/aws/queue.ts';
import type { StateStore } from '#shared/aws/state-store.ts';
import type { PlanMessage, RecountMessage } from '#shared/sampling/messages.ts';
import type { SuperviselyApi } from '#shared/supervisely/api.ts';

/** What the HTTP door works with. */
export type ApiPorts = {
	store: StateStore;
	/** Bucket of the state, for those who fetch a report. */
	bucket: string;
	sendPlan: Send<PlanMessage>;
	sendRecount: Send<RecountMessage>;
	supervisely: Pick<SuperviselyApi, 'server' | 'project' | 'dataset' | 'datasets' | 'videos' | 'video'>;
	/** What a sampling costs depends on. */
	sizing: Sizing;
};

/** Pictures of a chunk at the most, and memory of the functions in MiB. */
export type Sizing = { framesPerChunk: number; fanOutMiB: number; decodeMiB: number; reduceMiB: number };
