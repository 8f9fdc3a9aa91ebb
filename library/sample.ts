import { PermanentError } from '#shared/errors.ts';
import { datasetMessage, videoMessage } from '#shared/sampling/messages.ts';
import { nodeIds } from '#shared/sampling/node.ts';
import type { Dataset } from '#shared/supervisely/remote/api.ts';
import { enqueueChildren } from '../functions/fan-out/enqueue-children.ts';
import { openDestination } from '../functions/fan-out/open-project.ts';
import { SuperviselyClient } from './client.ts';
import { runSampling, type SamplingOptions, type SamplingResult } from './run-sampling.ts';

/** A rule that takes frames of a video; docs/selection.md shows what each takes. */
export type SelectionRule =
	/** This many frames per second: the first at or after each instant. */
	| { fps: number }
	/** One frame per duration, such as `2s` or `500ms`. */
	| { every: string }
	/** Exactly this many, evenly spaced in time. */
	| { count: number }
	/** These frames. */
	| { frames: number[] }
	/** The first frames at or after these times, such as `1:02.5`, or in seconds. */
	| { times: (string | number)[] }
	/** This many at random, the same for the same seed. */
	| { random: number; seed?: number | undefined }
	/** Frames that can be decoded without others. */
	| { keyFrames: true }
	/** This many frames of each scene, evenly spaced in time. Scenes are found in the pictures. */
	| { scenes: { perScene: number } }
	/**
	 * Frames with a figure of these classes and objects, and with one of these tags; tags alone also take frames without
	 * figures. At most `perClass` frames of each class, rare classes first.
	 */
	| {
			annotated: {
				classes?: string[] | undefined;
				tags?: string[] | undefined;
				objects?: number[] | undefined;
				perClass?: number | undefined;
			};
	  }
	/** Frames with a figure that a person drew or corrected. */
	| { figureChanges: true };

/** What to sample from each video; the names are those of the HTTP API. */
export type SamplingSettings = {
	/** First frame, from 0; default 0. */
	start?: number;
	/** End of the frames, exclusive; null, the default: after the last one. */
	end?: number | null;
	/** Every n-th of the frames that `annotated` and `select` take; default 1. */
	step?: number;
	/** Only frames with at least one figure; default false. */
	annotated?: boolean;
	/** With `annotated`: also frames in the frame range of a video tag; default false. */
	annotatedByTags?: boolean;
	/** Rules that take frames; the union of what they take. Default: all frames. */
	select?: SelectionRule[];
	/** Leaves out frames closer to another than this many frames, or a duration such as `2s`; annotated frames stay. */
	minDistance?: number | string;
	/** Also this many frames before and after each frame that the settings above take. */
	around?: number;
	/** Quality rules: drops frames that break one; frames with figures are kept, unless `evenLabelled`. */
	frameQuality?: {
		/** Keeps only the sharpest frame of each window of this duration, such as `1s`. */
		sharpestOf?: string | undefined;
		/** Drops frames whose perceptual hash differs from the last kept frame's in at most this many bits; default 6. */
		dropNearDuplicates?: { distance?: number | undefined } | undefined;
		/** Least variance of the Laplacian, as OpenCV computes it. */
		minSharpness?: number | undefined;
		/** Least mean gray value, 0 to 255. */
		minBrightness?: number | undefined;
		maxBrightness?: number | undefined;
		/** Frames with figures are dropped like others; default false. */
		evenLabelled?: boolean | undefined;
	};
	/** Which images are for training, validation and testing: a tag `split` of the images, a column of the manifest. */
	split?: {
		/** Shares, which sum to 1; default 0. */
		train?: number | undefined;
		val?: number | undefined;
		test?: number | undefined;
		/** What stays together; default video. */
		by?: 'video' | 'scene' | 'time' | undefined;
		/** By time: length of a block; default `1m`. */
		block?: string | undefined;
		/** By scene or time: least time between frames of different splits of a video; default `1s`. */
		gap?: string | undefined;
		/** Another seed gives another split; default 0. */
		seed?: number | undefined;
	};
	/** Size of the images in pixels; a side that is null follows from the aspect ratio. Default: as in the video. */
	resize?: [height: number | null, width: number | null] | null;
	/** Converts the labels of the frames; default true. */
	copyAnnotations?: boolean;
	/** Uploads existing images again if their size differs; default false. */
	replace?: boolean;
	/** Format of the images, one per project; default png. */
	format?: 'png' | 'jpg' | 'webp';
	/** Of jpg and webp, 1 to 100; null, the default: 95. */
	quality?: number | null;
	/** Chroma subsampling of jpg; null, the default: 444 (none). */
	chroma?: 444 | 420 | null;
	/** Of jpg: slightly smaller files, three times slower; default false. */
	optimiseCoding?: boolean;
};

/** Options of {@link sampleVideoProject}. */
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
 * Samples a video project into an images project, on this machine: mirrors its datasets, merges its classes and tags,
 * and uploads the selected frames with their labels. Existing images are not uploaded again.
 * @throws FramefanError when the sampling is impossible or a step keeps failing; failed videos, frames and figures are
 * faults instead; RangeError for an invalid `concurrency`; the reason of an aborted `signal`
 * @example
 * ```ts
 * import { type SamplingSettings, SuperviselyClient, sampleVideoProject } from 'framefan';
 *
 * const client = new SuperviselyClient('https://app.supervisely.com', process.env.SUPERVISELY_API_TOKEN ?? '');
 * const settings: SamplingSettings = { step: 10, resize: [720, null], format: 'jpg' };
 * const { destination, faults } = await sampleVideoProject(client, 12345, settings, {
 * 	name: 'Every tenth frame',
 * 	onProgress: ({ framesDone, framesPlanned }) => console.log(`${framesDone} of ${framesPlanned} frames`),
 * });
 * console.log(destination.id, faults);
 * ```
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
 * Samples a dataset of videos, with all nested datasets, into a dataset of the same name in a project, or in one of its
 * datasets.
 * @throws as `sampleVideoProject` does
 * @example
 * ```ts
 * import { SuperviselyClient, sampleVideoDataset } from 'framefan';
 *
 * const client = new SuperviselyClient('https://app.supervisely.com', process.env.SUPERVISELY_API_TOKEN ?? '');
 * await sampleVideoDataset(client, 1001, { projectId: 678, parentDatasetId: 90 }, { annotated: true });
 * ```
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
 * @example
 * ```ts
 * import { SuperviselyClient, sampleVideo } from 'framefan';
 *
 * const client = new SuperviselyClient('https://app.supervisely.com', process.env.SUPERVISELY_API_TOKEN ?? '');
 * const { framesUploaded } = await sampleVideo(client, 5001, 90, { end: 100 }, { concurrency: 2 });
 * console.log(framesUploaded);
 * ```
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
