import { z } from 'zod';
import type { StateStore } from '#shared/aws/state-store.ts';
import { log } from '#shared/log.ts';
import { currentAttempt, hasEnded, readDocument } from '#shared/sampling/documents.ts';
import { keys } from '#shared/sampling/keys.ts';
import { destinationSchema } from '#shared/sampling/outcome.ts';
import { samplingId } from '#shared/sampling/request.ts';
import type { ApiPorts } from './ports.ts';
import { parseRequest, startSampling } from './start-sampling.ts';

const scheduledSchema = z.strictObject({
	schema: z.literal(1),
	/** The last run. */
	id: z.string(),
	/** What the runs read and where they were to write: another wish begins anew. */
	wish: z.string(),
	/** The project that the runs before it wrote to. */
	destination: z.int().nullable(),
});

/**
 * Starts the standing sampling of a deployment. Its id comes from the scheduled time, so that a repeated event is the
 * same sampling. While the last run is going none is started. Unless it is told a project it goes on in the one that
 * its first run made, also after a run that failed before it knew it.
 * @param standing a body of `POST /samplings` as JSON; empty when there is none
 * @param time when the event was scheduled
 */
export const startScheduledSampling = async (
	ports: Pick<ApiPorts, 'store' | 'sendPlan'>,
	standing: string,
	time: string,
): Promise<void> => {
	if (standing === '') return;
	const { store } = ports;
	const clientToken = `standing-${time}`;
	const id = samplingId(clientToken);
	const found = await store.read(keys.scheduled);
	const last = found && scheduledSchema.parse(found.value);
	const request = { ...parseRequest(JSON.parse(standing)), clientToken };
	const wish = JSON.stringify([request.source.projectId, request.destination]);
	let made = last?.wish === wish ? last.destination : null;
	if (last?.id !== id) {
		if (last && (await isGoing(store, last.id))) {
			log.warn('Scheduled sampling skipped: the previous one is still running', { time, sampling: last.id });
			return;
		}
		if (last?.wish === wish) made = (await destinationOf(store, last.id)) ?? made;
		// Claimed before it is started: of two events at the same time one starts a run.
		const lastRun = scheduledSchema.encode({ schema: 1, id, wish, destination: made });
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
	await startSampling(ports, request, { standing: true });
};

/** Whether a run has begun and not ended; one that was claimed and never begun, or is long forgotten, is not. */
const isGoing = async (store: StateStore, id: string): Promise<boolean> =>
	(await store.exists(keys.request(id))) && !(await hasEnded(store, await currentAttempt(store, id)));

const destinationOf = async (store: StateStore, id: string): Promise<number | undefined> =>
	(await readDocument(store, keys.destination(id), destinationSchema))?.id;
