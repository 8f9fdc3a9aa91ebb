import { PermanentError } from '#shared/errors.ts';
import { datasetMessage, videoMessage } from '#shared/sampling/messages.ts';
import { nodeIds } from '#shared/sampling/node.ts';
import type { SettingsInput } from '#shared/sampling/settings.ts';
import type { Dataset } from '#shared/supervisely/remote/api.ts';
import { enqueueChildren } from '../functions/fan-out/enqueue-children.ts';
import { openDestination } from '../functions/fan-out/open-project.ts';
import { SuperviselyClient } from './client.ts';
import { runSampling, type SamplingOptions, type SamplingResult } from './run-sampling.ts';

/** What to sample from each video, with the names of the HTTP API; `copyAnnotations` is on by default. */
export type SamplingSettings = SettingsInput;

export type ProjectOptions = SamplingOptions & {
	/** An existing images project to sample into. */
	destinationProjectId?: number;
	/** Name of a new project; default: `<source>(images)`. */
	name?: string;
	/** Only these datasets; the structure is kept. */
	datasetIds?: number[];
	/** Also datasets nested in them. */
	includeNested?: boolean;
};

/**
 * Samples a video project into an images project, on this machine: mirrors its datasets, merges its classes and tags, and
 * uploads the selected frames with their labels. Existing images are not uploaded again.
 * @throws FramefanError when the sampling is impossible; failed videos, frames and figures are faults instead
 */
export function sampleVideoProject(
	client: SuperviselyClient,
	projectId: number,
	settings: SamplingSettings,
	{ destinationProjectId, name, datasetIds, includeNested = false, ...options }: ProjectOptions = {},
): Promise<SamplingResult> {
	const source = { projectId, includeNested, ...(datasetIds ? { datasetIds } : {}) };
	const destination = {
		...(destinationProjectId === undefined ? {} : { projectId: destinationProjectId }),
		...(name === undefined ? {} : { name }),
	};
	return runSampling(client, { source, destination, settings }, options);
}

/**
 * Samples a dataset of videos, with all nested datasets, into a mirror in a project or in one of its datasets.
 * @throws as `sampleVideoProject` does
 */
export async function sampleVideoDataset(
	client: SuperviselyClient,
	datasetId: number,
	destination: { projectId: number; parentDatasetId?: number },
	settings: SamplingSettings,
	options: SamplingOptions = {},
): Promise<SamplingResult> {
	const { projectId } = await needDataset(client, datasetId);
	const input = { source: { projectId }, destination: { projectId: destination.projectId }, settings };
	return runSampling(client, input, options, async (ports, at, request) => {
		await openDestination(ports, at, request);
		const node = { id: nodeIds.project, parent: null };
		const place = { parent: node.id, under: destination.parentDatasetId ?? null };
		const share = { take: 'all', nested: true, depth: 1 } as const;
		await enqueueChildren(ports, at, node, [datasetMessage(at, { ...place, dataset: datasetId, ...share })]);
	});
}

/**
 * Samples a video into a dataset of the same name in a dataset of an images project.
 * @throws as `sampleVideoProject` does
 */
export async function sampleVideo(
	client: SuperviselyClient,
	videoId: number,
	destinationDatasetId: number,
	settings: SamplingSettings,
	options: SamplingOptions = {},
): Promise<SamplingResult> {
	const video = await SuperviselyClient.apiOf(client).video(videoId);
	if (!video) throw new PermanentError('not-found', `There is no video ${videoId} on ${client.server}`);
	const above = await needDataset(client, destinationDatasetId);
	const source = { projectId: video.projectId };
	const input = { source, destination: { projectId: above.projectId }, settings };
	return runSampling(client, input, options, async (ports, at, request) => {
		await openDestination(ports, at, request);
		const node = { id: nodeIds.project, parent: null };
		const place = { parent: node.id, dataset: video.datasetId, mirror: above.id };
		await enqueueChildren(ports, at, node, [videoMessage(at, { ...place, video: videoId })]);
	});
}

const needDataset = async (client: SuperviselyClient, id: number): Promise<Dataset> => {
	const dataset = await SuperviselyClient.apiOf(client).dataset(id);
	if (!dataset) throw new PermanentError('not-found', `There is no dataset ${id} on ${client.server}`);
	return dataset;
};
