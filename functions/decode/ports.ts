import type { Send } from '#shared/aws/queue.ts';
import type { StateStore } from '#shared/aws/state-store.ts';
import type { ReportMessage } from '#shared/sampling/messages.ts';
import type { SuperviselyApi } from '#shared/supervisely/api.ts';

/** What decode works with. */
export type DecodePorts = {
	store: StateStore;
	supervisely: SuperviselyApi;
	sendReport: Send<ReportMessage>;
	/** How long a chunk stays taken after its worker was heard of last. */
	leaseMs: number;
	ffmpegPath: string;
};
