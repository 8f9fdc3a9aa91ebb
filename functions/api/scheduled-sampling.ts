import * as z from 'zod';
import { log } from '#shared/log.ts';
import { currentAttempt, hasEnded, readDocument } from '#shared/sampling/documents.ts';
import { keys } from '#shared/sampling/keys.ts';
import { destinationSchema } from '#shared/sampling/outcome.ts';
import { samplingId } from '#shared/sampling/request.ts';
import type { StateStore } from '#shared/state-store.ts';
import { storedObject } from '#shared/stored-object.ts';
import type { ApiPorts } from './ports.ts';
import { parseRequest, startSampling } from './start-sampling.ts';

export const scheduledSchema = storedObject({
	schema: z.literal(1),
	/** The last run. */
	id: z.string(),
	/** Source and destination that the deployment asks for; when they change, a new destination is created. */
	wish: z.string(),
	/** The project that earlier runs wrote to. */
	destination: z.int().nullable(),
});

/**
 * Starts the scheduled sampling of a deployment. Its id is derived from the scheduled time, so a repeated event starts
 * no second one. Skipped while the previous run is going. Without a destination project in the body, all runs write to
 * the project that the first run created, even after a run that failed before it had a destination.
 * @param body a body of `POST /samplings` as JSON; empty if none is scheduled
 * @param time scheduled time of the event
 */
export async function startScheduledSampling(
	ports: Pick<ApiPorts, 'store' | 'sendPlan'>,
	body: string,
	time: string,
): Promise<void> {
	if (body === '') return;
	const { store } = ports;
	const clientToken = `standing-${time}`;
	const id = samplingId(clientToken);
	const found = await store.read(keys.scheduled);
	const last = found && scheduledSchema.parse(found.value);
	const request = { ...parseRequest(JSON.parse(body)), clientToken };
	const target = JSON.stringify([request.source.projectId, request.destination]);
	let made = last?.wish === target ? last.destination : null;
	if (last?.id !== id) {
		if (last && (await isGoing(store, last.id))) {
			log.warn('Scheduled sampling skipped: the previous one is still running', { time, sampling: last.id });
			return;
		}
		if (last?.wish === target) made = (await destinationOf(store, last.id)) ?? made;
		// Recorded before it is started, so that only one of two simultaneous events starts a run.
		const lastRun = scheduledSchema.encode({ ...last, schema: 1, id, wish: target, destination: made });
		const isWritten = found
			? await store.replace(keys.scheduled, lastRun, found.etag)
			: await store.create(keys.scheduled, lastRun);
		const isOurs = isWritten || (await readDocument(store, keys.scheduled, scheduledSchema))?.id === id;
		if (!isOurs) {
			log.warn('Scheduled sampling skipped: another invocation is starting it', { time });
			return;
		}
	}
	if (made !== null && request.destination.projectId === undefined) request.destination = { projectId: made };
	await startSampling(ports, request, { scheduled: true });
}

/** Whether a run has begun and not ended; false for one that was recorded but never begun, or has expired. */
const isGoing = async (store: StateStore, id: string): Promise<boolean> =>
	(await store.exists(keys.request(id))) && !(await hasEnded(store, await currentAttempt(store, id)));

const destinationOf = async (store: StateStore, id: string): Promise<number | undefined> =>
	(await readDocument(store, keys.destination(id), destinationSchema))?.id;
