import type { FileStore } from '#shared/aws/file-store.ts';
import type { Send } from '#shared/aws/queue.ts';
import type { StateStore } from '#shared/aws/state-store.ts';
import type { DecodeMessage, PlanMessage, RecountMessage } from '#shared/sampling/messages.ts';
import type { SuperviselyApi } from '#shared/supervisely/api.ts';

/** What fan-out works with. */
export type FanOutPorts = {
	store: StateStore;
	files: FileStore;
	supervisely: SuperviselyApi;
	sendPlan: Send<PlanMessage>;
	sendDecode: Send<DecodeMessage>;
	sendRecount: Send<RecountMessage>;
	framesPerChunk: number;
	/** How long a project's meta stay taken after their writer was heard of last, and one waits for a dataset. */
	leaseMs: number;
	ffmpegPath: string;
	/** When a pass over a long file has to stop for this time, as epoch milliseconds; it goes on at the next delivery. */
	passUntil?: number;
};
