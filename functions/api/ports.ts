import type { Send } from '#shared/aws/queue.ts';
import type { Sizing } from '#shared/estimate/cost.ts';
import type { PlanMessage, RecountMessage } from '#shared/sampling/messages.ts';
import type { StateStore } from '#shared/state-store.ts';
import type { SuperviselyApi } from '#shared/supervisely/remote/api.ts';

/** Dependencies of the HTTP API. */
export type ApiPorts = {
	store: StateStore;
	/** State bucket, named in the address of a report. */
	bucket: string;
	sendPlan: Send<PlanMessage>;
	sendRecount: Send<RecountMessage>;
	supervisely: Pick<
		SuperviselyApi,
		'server' | 'project' | 'dataset' | 'datasets' | 'videos' | 'video' | 'frameLabels' | 'projectMeta'
	>;
	/** For cost estimates. */
	sizing: Sizing;
};
