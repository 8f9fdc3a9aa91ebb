import type { FileStore } from '#shared/aws/file-store.ts';
import type { Send } from '#shared/aws/queue.ts';
import type { StateStore } from '#shared/aws/state-store.ts';
import type { RecountMessage } from '#shared/sampling/messages.ts';
import type { SuperviselyApi } from '#shared/supervisely/api.ts';

/** What decode works with. */
export type DecodePorts = {
	store: StateStore;
	files: FileStore;
	supervisely: SuperviselyApi;
	sendRecount: Send<RecountMessage>;
	/** How long a chunk stays taken after its worker was heard of last. */
	leaseMs: number;
	ffmpegPath: string;
	/** Chunks that are worked on in this process at the same time; 1 unless told. */
	chunkConcurrency?: number;
};
