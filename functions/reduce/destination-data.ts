import { PermanentError } from '#shared/errors.ts';
import { log } from '#shared/log.ts';
import type { Attempt } from '#shared/sampling/keys.ts';
import type { Outcome } from '#shared/sampling/outcome.ts';
import type { SamplingRecord, SamplingRequest } from '#shared/sampling/request.ts';
import type { Summary } from '#shared/sampling/summary.ts';
import { isPermanent } from '#shared/transient.ts';
import type { ReducePorts } from './ports.ts';

/** Most faults, and most notes, in the destination's custom data. */
const named = 20;

/** Data of a sampling in the custom data of its destination, under the key `framefan`. */
export type DestinationData = Record<string, unknown>;

export function destinationData(
	{ sampling, attempt }: Attempt,
	{ createdAt, request }: SamplingRecord,
	{
		state,
		reason,
		finishedAt,
	}: Pick<Outcome, 'reason'> & { state: Outcome['state'] | 'running'; finishedAt: string | null },
	{ faults, notes, ...counts }: Summary,
): DestinationData {
	return {
		...{ sampling, attempt, state, reason, createdAt, finishedAt },
		...{ source: bounded(request.source), settings: request.settings },
		...counts,
		faults: faults.slice(0, named),
		notes: notes.slice(0, named),
	};
}

/** Cuts long lists of ids; the full ones are in the request. */
const bounded = ({ datasetIds, videoIds, ...source }: SamplingRequest['source']) => ({
	...source,
	...(datasetIds ? { datasetIds: datasetIds.slice(0, named) } : {}),
	...(videoIds ? { videoIds: videoIds.slice(0, named) } : {}),
});

/**
 * Writes the data of a sampling into the custom data of its destination; other keys are kept. Call it under the
 * project's lease, since the server has no conditional writes.
 * @returns why the server refuses it permanently; undefined when it is written
 */
export async function writeDestinationData(
	{ supervisely }: Pick<ReducePorts, 'supervisely'>,
	project: number,
	framefan: DestinationData,
): Promise<string | undefined> {
	try {
		const found = await supervisely.project(project);
		if (!found) throw new PermanentError('not-found', `The destination project ${project} no longer exists`);
		await supervisely.setProjectData(project, { ...found.customData, framefan });
		return undefined;
	} catch (error) {
		if (!isPermanent(error)) throw error;
		log.error('Custom data of the destination project could not be written', { project, error });
		return `Custom data of the destination project could not be written: ${error.message}`;
	}
}
