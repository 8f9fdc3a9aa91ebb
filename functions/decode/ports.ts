import type { FileStore } from '#shared/aws/file-store.ts';
import type { Send } from '#shared/aws/queue.ts';
import type { DecodeMessage, RecountMessage } from '#shared/sampling/messages.ts';
import type { StateStore } from '#shared/state-store.ts';
import type { SuperviselyApi } from '#shared/supervisely/remote/api.ts';

/** Dependencies of decode. */
export type DecodePorts = {
	store: StateStore;
	files: FileStore;
	supervisely: SuperviselyApi;
	sendRecount: Send<RecountMessage>;
	/** Sends the next of linked chunks. */
	sendDecode: Send<DecodeMessage>;
	/** How long the lease on a chunk lasts without renewal. */
	leaseMs: number;
	ffmpegPath: string;
	/** Chunks processed in this process at the same time; default 1. */
	chunkConcurrency?: number;
};
