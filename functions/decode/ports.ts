import type { FileStore } from '#shared/aws/file-store.ts';
import type { Send } from '#shared/aws/queue.ts';
import type { StateStore } from '#shared/aws/state-store.ts';
import type { ReportMessage } from '#shared/sampling/messages.ts';
import type { SuperviselyApi } from '#shared/supervisely/api.ts';

/** What decode works with. */
export type DecodePorts = {
	store: StateStore;
	files: FileStore;
	supervisely: SuperviselyApi;
	sendReport: Send<ReportMessage>;
	/** How long a chunk stays taken after its worker was heard of last. */
	leaseMs: number;
	ffmpegPath: string;
	/** Chunks that are worked on in this process at the same time; 1 unless told. */
	chunksAtOnce?: number;
};
