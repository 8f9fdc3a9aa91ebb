import type { Send } from '#shared/aws/queue.ts';
import type { StateStore } from '#shared/aws/state-store.ts';
import type { PlanMessage } from '#shared/sampling/messages.ts';
import type { SuperviselyApi } from '#shared/supervisely/api.ts';

/** What reduce works with. */
export type ReducePorts = {
	store: StateStore;
	supervisely: Pick<SuperviselyApi, 'project' | 'setProjectData' | 'images'>;
	sendPlan: Send<PlanMessage>;
	/** Least time between two progress records. */
	progressMs: number;
	/** How long a project's custom data stay taken after their writer was heard of last. */
	leaseMs: number;
	/** A sampling of which nothing was heard for so long is given its unfinished steps again, and ended at last. */
	stuckMs: number;
	/** How long the work queues keep a message: none waits in line for longer. */
	messagesKeptMs: number;
};
