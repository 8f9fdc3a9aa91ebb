import { usualSizing } from '#shared/estimate/cost.ts';
import type { SamplingRequestInput } from '#shared/sampling/request.ts';
import { estimateSampling } from '../functions/api/estimate-sampling.ts';
import { SuperviselyClient } from './client.ts';
import { makeMemoryStore } from './memory-store.ts';
import { parseRequest } from './parse-request.ts';
import type { SamplingSettings } from './sample.ts';

/** A number of frames, and how well it is known. */
export type ExpectedFrames = {
	frames: number;
	/** `atMost`: an upper bound. */
	accuracy: 'exact' | 'about' | 'atMost';
	/** What would have to be read to know it exactly. */
	needs: ('index' | 'labels' | 'pixels')[];
};

/** What a sampling would take. */
export type SamplingEstimate = ExpectedFrames & {
	videos: number;
	/** The frames that each rule of `select` takes; a frame may be taken by several. */
	rules: (ExpectedFrames & { rule: string; text: string })[];
	/** Bytes of the videos that would be read. */
	bytesToRead: number;
	/** Bytes of the images in the format of the settings, by image sizes that were measured on some clips. */
	bytesToWrite: number;
	/** Bytes of the images in each format. */
	formats: { format: 'png' | 'jpg' | 'webp'; bytesToWrite: number }[];
	/** Whether all videos were listed in time; otherwise all numbers are lower bounds. */
	complete: boolean;
	notes: string[];
};

/** Options of {@link estimateVideoProject}. */
export type EstimateOptions = {
	/** Only these datasets. */
	datasetIds?: number[];
	/** Also datasets nested in them. */
	includeNested?: boolean;
	/** Time limit in milliseconds for the calls to the server; default: a minute. */
	timeoutMs?: number;
};

/**
 * Estimates what `sampleVideoProject` would take of a project, from listings and labels: creates nothing and reads no
 * video.
 * @throws FramefanError when the project can't be read, settings are wrong, or the server doesn't answer
 * @example
 * ```ts
 * import { estimateVideoProject, SuperviselyClient } from 'framefan';
 *
 * const client = new SuperviselyClient('https://app.supervisely.com', process.env.SUPERVISELY_API_TOKEN ?? '');
 * const { frames, accuracy, rules } = await estimateVideoProject(client, 12345, { select: [{ fps: 1 }] });
 * console.log(frames, accuracy, rules);
 * ```
 */
export async function estimateVideoProject(
	client: SuperviselyClient,
	projectId: number,
	settings: SamplingSettings,
	{ datasetIds, includeNested = false, timeoutMs = 60_000 }: EstimateOptions = {},
): Promise<SamplingEstimate> {
	const source = { projectId, includeNested, ...(datasetIds ? { datasetIds } : {}) };
	const request: SamplingRequestInput = { source, settings };
	const ports = { store: makeMemoryStore(), supervisely: SuperviselyClient.apiOf(client), sizing: usualSizing };
	const found = await estimateSampling(ports, parseRequest(request), timeoutMs);
	return {
		...{ videos: found.videos, frames: found.frames, accuracy: found.accuracy, needs: found.needs, rules: found.rules },
		...{ bytesToRead: found.bytesToRead, bytesToWrite: found.bytesToWrite },
		formats: found.formats.map(({ format, bytesToWrite }) => ({ format, bytesToWrite })),
		...{ complete: found.complete, notes: found.notes },
	};
}
