import { log } from '#shared/log.ts';
import { beginAttempt, currentAttempt, readOutcome } from '#shared/sampling/documents.ts';
import { projectMessage } from '#shared/sampling/messages.ts';
import { writeOpen } from '#shared/sampling/open.ts';
import { ApiError } from './api-error.ts';
import type { ApiPorts } from './ports.ts';
import { findRecord } from './sampling-status.ts';
import type { Started } from './schemas.ts';

/**
 * Begins the next attempt at a sampling that has ended: only faulted or missing parts are done again. For a running
 * attempt, its unfinished work is enqueued again instead.
 * @throws ApiError 404, or 409 when it is completed without faults
 */
export async function retrySampling({ store, sendPlan }: ApiPorts, id: string): Promise<Started> {
	await findRecord(store, id);
	const last = await currentAttempt(store, id);
	const outcome = await readOutcome(store, last);
	if (outcome?.state === 'completed')
		throw new ApiError(409, `Sampling ${id} is completed without faults: there is nothing to retry`, 'id');
	const at = { sampling: id, attempt: last.attempt + (outcome ? 1 : 0) };
	// In this order, so that the sweep begins an attempt that was opened but not begun.
	await writeOpen(store, at);
	if (outcome && (await beginAttempt(store, at))) log.info('Next attempt started', at);
	await sendPlan([projectMessage(at)]);
	return { id, attempt: at.attempt };
}
