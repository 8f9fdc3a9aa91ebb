import { currentAttempt, endSampling, readOutcome } from '#shared/sampling/documents.ts';
import { recountMessage } from '#shared/sampling/messages.ts';
import { nodeIds } from '#shared/sampling/node.ts';
import { emptySummary } from '#shared/sampling/summary.ts';
import { ApiError } from './api-error.ts';
import type { ApiPorts } from './ports.ts';
import { findRecord, statusOf } from './sampling-status.ts';
import type { SamplingStatus } from './schemas.ts';

/**
 * Cancels a running sampling: no new work starts, running chunks are finished. The destination is kept, and a retry
 * continues from it. Idempotent.
 * @throws ApiError 404, or 409 when it has already ended in another state
 */
export async function cancelSampling(ports: ApiPorts, id: string): Promise<SamplingStatus> {
	const { store } = ports;
	const record = await findRecord(store, id);
	const at = await currentAttempt(store, id);
	await endSampling(store, at, { state: 'cancelled', reason: 'Cancelled on request', summary: emptySummary });
	const state = (await readOutcome(store, at))?.state;
	if (state !== 'cancelled') throw new ApiError(409, `Sampling ${id} has already ended: it is ${state}`, 'id');
	await ports.sendRecount([recountMessage(at, nodeIds.project)]);
	return statusOf(ports, record);
}
