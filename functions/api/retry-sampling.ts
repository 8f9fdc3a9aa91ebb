import { beginAttempt, currentAttempt, readOutcome } from '#shared/sampling/documents.ts';
import { writeOpen } from '#shared/sampling/open.ts';
import { ApiError } from './api-error.ts';
import type { ApiPorts } from './ports.ts';
import { findRecord } from './read-record.ts';
import type { Started } from './schemas.ts';

/**
 * Begins another attempt at a sampling that has ended: only what is faulted or missing is done again. While an attempt
 * is running none is begun; what is unfinished of it is enqueued once more.
 * @throws ApiError 404, or 409 for one that is completed without faults
 */
export const retrySampling = async ({ store, sendPlan }: ApiPorts, id: string): Promise<Started> => {
	await findRecord(store, id);
	const last = await currentAttempt(store, id);
	const outcome = await readOutcome(store, last);
	if (outcome?.state === 'completed')
		throw new ApiError(409, `Sampling ${id} is completed without faults: there is nothing to retry`, 'id');
	const at = { sampling: id, attempt: last.attempt + (outcome ? 1 : 0) };
	// In this order: an attempt that is open and not begun is begun by the sweep.
	await writeOpen(store, at);
	if (outcome) await beginAttempt(store, at);
	await sendPlan([{ schema: 1, kind: 'project', ...at }]);
	return { id, attempt: at.attempt };
};
