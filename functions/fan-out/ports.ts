import type { FileStore } from '#shared/aws/file-store.ts';
import type { Send } from '#shared/aws/queue.ts';
import type { Sizing } from '#shared/estimate/cost.ts';
import type { DecodeMessage, PlanMessage, RecountMessage } from '#shared/sampling/messages.ts';
import type { StateStore } from '#shared/state-store.ts';
import type { SuperviselyApi } from '#shared/supervisely/remote/api.ts';

/** Dependencies of fan-out. */
export type FanOutPorts = {
	store: StateStore;
	files: FileStore;
	supervisely: SuperviselyApi;
	sendPlan: Send<PlanMessage>;
	sendDecode: Send<DecodeMessage>;
	sendRecount: Send<RecountMessage>;
	framesPerChunk: number;
	/** Limits of samplings whose requests name none. */
	limits?: { maxFrames?: number; maxDollars?: number };
	/** To estimate what images cost. */
	sizing?: Sizing;
	/** How long a lease lasts without renewal; also the retry delay for a locked dataset. */
	leaseMs: number;
	ffmpegPath: string;
	/** When a pass over a long file must pause, in epoch milliseconds; it continues at the next delivery. */
	passUntil?: number;
};
