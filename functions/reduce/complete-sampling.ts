import { FramefanError, PermanentError } from '#shared/errors.ts';
import { log } from '#shared/log.ts';
import { endSampling, hasEnded, readDocument, readRecord } from '#shared/sampling/documents.ts';
import { keys } from '#shared/sampling/keys.ts';
import { destinationSchema } from '#shared/sampling/outcome.ts';
import type { Summary } from '#shared/sampling/summary.ts';
import { underLease } from './lease.ts';
import type { ReducePorts } from './ports.ts';

/** Faults that the destination's custom data name, at the most. */
const faultsNamed = 20;

/**
 * Records the completion in the destination project's custom data, under Framefan's own key, and ends the sampling.
 * The remote is written first: whoever dies in between is followed by another who writes the same again.
 */
export const completeSampling = async (ports: ReducePorts, sampling: string, summary: Summary): Promise<void> => {
	const { store, supervisely } = ports;
	const destination = await readDocument(store, keys.destination(sampling), destinationSchema);
	if (!destination) throw new FramefanError(`Sampling ${sampling} is complete without a destination`);
	const { createdAt, request } = await readRecord(store, sampling);
	const state = summary.faultCount > 0 ? 'completed_with_faults' : 'completed';
	const finishedAt = new Date().toISOString();
	const { faults, ...counts } = summary;
	const framefan = {
		sampling,
		state,
		createdAt,
		finishedAt,
		source: request.source,
		settings: request.settings,
		...counts,
		faults: faults.slice(0, faultsNamed),
	};
	const written = await underLease(store, keys.lease(destination.id), async () => {
		try {
			const project = await supervisely.project(destination.id);
			if (!project)
				throw new PermanentError('not-found', `The destination project ${destination.id} is not there any more`);
			await supervisely.setProjectData(destination.id, { ...project.customData, framefan });
		} catch (error) {
			if (!(error instanceof PermanentError)) throw error;
			log.error('The completion could not be recorded in the destination', { sampling, error });
		}
	});
	// Two reports may find the same completion; one of them records it.
	if (!written && (await hasEnded(store, sampling))) return;
	if (!written)
		throw new FramefanError(`The custom data of project ${destination.id} are being written by another: later`);
	await endSampling(store, sampling, { state, reason: null, finishedAt, summary });
};
