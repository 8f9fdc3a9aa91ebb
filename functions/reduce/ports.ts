import type { StateStore } from '#shared/aws/state-store.ts';
import type { SuperviselyApi } from '#shared/supervisely/api.ts';

/** What reduce works with. */
export type ReducePorts = {
	store: StateStore;
	supervisely: SuperviselyApi;
	/** Least time between two progress records. */
	progressMs: number;
};
