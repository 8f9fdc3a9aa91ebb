import type { FileStore } from '#shared/aws/file-store.ts';
import type { Send } from '#shared/aws/queue.ts';
import type { CircuitBreaker } from '#shared/circuit-breaker.ts';
import type { PlanMessage } from '#shared/sampling/messages.ts';
import type { StateStore } from '#shared/state-store.ts';
import type { SuperviselyApi } from '#shared/supervisely/remote/api.ts';

/** Dependencies of reduce. */
export type ReducePorts = {
	store: StateStore;
	supervisely: Pick<SuperviselyApi, 'project' | 'setProjectData' | 'images'>;
	/** For the manifest; absent: none is written. */
	files?: Pick<FileStore, 'copy'>;
	sendPlan: Send<PlanMessage>;
	/** Shortest time between two progress records. */
	progressMs: number;
	/** How long a lease lasts without renewal. */
	leaseMs: number;
	/** Time without progress after which a sampling's unfinished messages are sent again; after some times, it ends. */
	stuckMs: number;
	/** Retention of the work queues: no message waits longer. */
	messagesKeptMs: number;
};

/** Dependencies of the sweep. `outage`: the outage of the server that all work waits for, if there is one. */
export type SweepPorts = ReducePorts & Pick<CircuitBreaker, 'outage'>;
