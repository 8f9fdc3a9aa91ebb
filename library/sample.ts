import { PermanentError } from '#shared/errors.ts';
import { nodeIds } from '#shared/sampling/node.ts';
import type { SettingsInput } from '#shared/sampling/settings.ts';
import type { Dataset } from '#shared/supervisely/api.ts';
import { enqueueChildren } from '../functions/fan-out/enqueue-children.ts';
import { openDestination } from '../functions/fan-out/open-project.ts';
import { SuperviselyClient } from './client.ts';
import { runSampling, type SamplingOptions, type SamplingResult } from './run-sampling.ts';

/** What is taken of each video: the words are those of the service, `copyAnnotations` is on unless told. */
export type SamplingSettings = SettingsInput;

export type ProjectOptions = SamplingOptions & {
	/** An existing images project to go on with. */
	destinationProjectId?: number;
	/** Name of a new one; `<source>(images)` without it. */
	name?: string;
	/** Only the videos of these datasets, in their places. */
	datasetIds?: number[];
	/** Those below them as well. */
	includeNested?: boolean;
};

/**
 * Samples a video project into an images project, on this machine: mirrors the tree of its datasets, merges its classes
 * and tags, and brings over the wanted frames with their labels. Images that are there already aren't uploaded again.
 * @throws FramefanError when nothing can be done; what can't be had of single videos, frames and figures is a fault
 */
export const sampleVideoProject = (
	client: SuperviselyClient,
	projectId: number,
	settings: SamplingSettings,
	{ destinationProjectId, name, datasetIds, includeNested = false, ...options }: ProjectOptions = {},
): Promise<SamplingResult> => {
	const source = { projectId, includeNested, ...(datasetIds ? { datasetIds } : {}) };
	const destination = {
		...(destinationProjectId === undefined ? {} : { projectId: destinationProjectId }),
		...(name === undefined ? {} : { name }),
	};
	return runSampling(client, { source, destination, settings }, options);
};

/**
 * Samples a dataset of videos, with all datasets below it, into a mirror of it under a project or one of its datasets.
 * @throws as `sampleVideoProject` does
 */
export const sampleVideoDataset = async (
	client: SuperviselyClient,
	datasetId: number,
	destination: { projectId: number; parentDatasetId?: number },
	settings: SamplingSettings,
	options: SamplingOptions = {},
): Promise<SamplingResult> => {
	const { projectId } = await needDataset(client, datasetId);
	const input = { source: { projectId }, destination: { projectId: destination.projectId }, settings };
	return runSampling(client, input, options, async (ports, at, request) => {
		await openDestination(ports, at, request);
		const node = { id: nodeIds.project, parent: null };
		const place = { node: nodeIds.dataset(datasetId), parent: node.id, under: destination.parentDatasetId ?? null };
		const share = { take: 'all', nested: true, depth: 1 } as const;
		await enqueueChildren(ports, at, node, [
			{ schema: 1, kind: 'dataset', ...at, ...place, dataset: datasetId, ...share },
		]);
	});
};

/**
 * Samples a video into a dataset of its name under a dataset of an images project.
 * @throws as `sampleVideoProject` does
 */
export const sampleVideo = async (
	client: SuperviselyClient,
	videoId: number,
	destinationDatasetId: number,
	settings: SamplingSettings,
	options: SamplingOptions = {},
): Promise<SamplingResult> => {
	const video = await SuperviselyClient.apiOf(client).video(videoId);
	if (!video) throw new PermanentError('not-found', `There is no video ${videoId} on ${client.server}`);
	const above = await needDataset(client, destinationDatasetId);
	const source = { projectId: video.projectId };
	const input = { source, destination: { projectId: above.projectId }, settings };
	return runSampling(client, input, options, async (ports, at, request) => {
		await openDestination(ports, at, request);
		const node = { id: nodeIds.project, parent: null };
		const place = { node: nodeIds.video(videoId), parent: node.id, dataset: video.datasetId, mirror: above.id };
		await enqueueChildren(ports, at, node, [{ schema: 1, kind: 'video', ...at, ...place, video: videoId }]);
	});
};

const needDataset = async (client: SuperviselyClient, id: number): Promise<Dataset> => {
	const dataset = await SuperviselyClient.apiOf(client).dataset(id);
	if (!dataset) throw new PermanentError('not-found', `There is no dataset ${id} on ${client.server}`);
	return dataset;
};
