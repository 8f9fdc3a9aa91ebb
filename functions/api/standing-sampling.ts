import { z } from 'zod';
import { log } from '#shared/log.ts';
import { currentAttempt, readDocument, readOutcome } from '#shared/sampling/documents.ts';
import { keys } from '#shared/sampling/keys.ts';
import { destinationSchema } from '#shared/sampling/outcome.ts';
import { samplingId } from '#shared/sampling/request.ts';
import type { ApiPorts } from './ports.ts';
import { parseRequest, startSampling } from './start-sampling.ts';

const standingSchema = z.strictObject({ schema: z.literal(1), id: z.string() });

/**
 * Starts the standing sampling of a deployment. Its id comes from the scheduled time, so that a repeated event is the
 * same sampling. While the last run is going none is started. Without a destination of its own it goes on in the one
 * that its last run made.
 * @param standing a body of `POST /samplings` as JSON; empty when there is none
 * @param time when the event was scheduled
 */
export const startStandingSampling = async (
	ports: Pick<ApiPorts, 'store' | 'sendPlan'>,
	standing: string,
	time: string,
): Promise<void> => {
	if (standing === '') return;
	const { store } = ports;
	const clientToken = `standing-${time}`;
	const id = samplingId(clientToken);
	const last = await readDocument(store, keys.standing, standingSchema);
	if (last?.id === id) return;
	const outcome = last && (await readOutcome(store, await currentAttempt(store, last.id)));
	if (last && !outcome) {
		log.warn('The standing sampling is still going: no other is started', { time, sampling: last.id });
		return;
	}
	const request = { ...parseRequest(JSON.parse(standing)), clientToken };
	const { destination } = request;
	if (last && !destination.projectId && !destination.name) {
		const made = await readDocument(store, keys.destination(last.id), destinationSchema);
		if (made) request.destination = { projectId: made.id };
	}
	await startSampling(ports, request);
	await store.write(keys.standing, { schema: 1, id });
};
