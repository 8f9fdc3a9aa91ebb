import { currentAttempt, endSampling, readOutcome } from '#shared/sampling/documents.ts';
import { nodeIds } from '#shared/sampling/node.ts';
import { emptySummary } from '#shared/sampling/summary.ts';
import { ApiError } from './api-error.ts';
import type { ApiPorts } from './ports.ts';
import { findRecord } from './read-record.ts';
import { statusOf } from './sampling-status.ts';
import type { SamplingStatus } from './schemas.ts';

/**
 * Ends a running sampling: no new work starts, what runs finishes its chunk. What is in the destination stays, and a
 * retry goes on from there. Cancelling twice is cancelling once.
 * @throws ApiError 404, or 409 for one that has ended otherwise
 */
export const cancelSampling = async (ports: ApiPorts, id: string): Promise<SamplingStatus> => {
	const { store } = ports;
	const record = await findRecord(store, id);
	const at = await currentAttempt(store, id);
	await endSampling(store, at, { state: 'cancelled', reason: 'Cancelled on request', summary: emptySummary });
	const state = (await readOutcome(store, at))?.state;
	if (state !== 'cancelled') throw new ApiError(409, `Sampling ${id} has already ended: it is ${state}`, 'id');
	await ports.sendRecount([{ schema: 1, ...at, node: nodeIds.project }]);
	return statusOf(ports, record);
};
