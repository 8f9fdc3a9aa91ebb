import { leasePatienceMs, underLease } from '#shared/aws/lease.ts';
import { PermanentError } from '#shared/errors.ts';
import { costOf, type Sizing, usualSizing } from '#shared/estimate/cost.ts';
import { estimateFrames } from '#shared/estimate/video.ts';
import type { ChunkFrame } from '#shared/sampling/chunk.ts';
import { keys, plannedOf } from '#shared/sampling/keys.ts';
import type { VideoMessage } from '#shared/sampling/messages.ts';
import type { SamplingRequest } from '#shared/sampling/request.ts';
import type { Settings } from '#shared/sampling/settings.ts';
import type { Size } from '#shared/size.ts';
import type { VideoIndex } from '#shared/video/index/video-index.ts';
import type { FanOutPorts } from './ports.ts';

/**
 * Counts the new images of a video towards the limits of its sampling. What each video adds is in the name of a document,
 * so that a listing gives the sum, and a video that is planned twice counts once.
 * @param frames of the video; those with an image cost nothing
 * @throws PermanentError `over-limit` when the sampling would exceed a limit; DeferredError while others are counted
 */
export async function checkLimits(
	{ store, leaseMs, limits, sizing = usualSizing }: Pick<FanOutPorts, 'store' | 'leaseMs' | 'limits' | 'sizing'>,
	request: Pick<SamplingRequest, 'maxFrames' | 'maxDollars' | 'settings'>,
	{ sampling, node }: Pick<VideoMessage, 'sampling' | 'node'>,
	{ index, frames, size }: { index: VideoIndex; frames: ChunkFrame[]; size: Size | undefined },
): Promise<void> {
	const { maxFrames = limits?.maxFrames, maxDollars = limits?.maxDollars } = request;
	if (maxFrames === undefined && maxDollars === undefined) return;
	const missing = frames.filter(({ image }) => image === undefined);
	const dollars = dollarsOf(missing, index.pictureSize ?? size ?? usualSize, request.settings, sizing);
	const cost = Math.ceil(dollars * millionths);
	// One video at a time, so that each sees the counts of all others.
	await underLease(store, keys.limitsLease(sampling), { ms: leaseMs, patienceMs: leasePatienceMs }, async () => {
		const all = { images: missing.length, cost };
		for await (const key of store.list(keys.plannedVideos(sampling))) {
			const planned = plannedOf(key);
			// An earlier delivery or attempt has counted this video.
			if (planned.node === node) return;
			all.images += planned.images;
			all.cost += planned.cost;
		}
		if (maxFrames !== undefined && all.images > maxFrames)
			throw overLimit(`${all.images} new images with this video, which is more than maxFrames, ${maxFrames}`);
		if (maxDollars !== undefined && all.cost > maxDollars * millionths)
			throw overLimit(
				`new images for about $${round(all.cost / millionths)} with this video, which is more than maxDollars, $${maxDollars}`,
			);
		await store.create(keys.planned(sampling, node, missing.length, cost), { schema: 1 });
	});
}

const overLimit = (said: string): PermanentError =>
	new PermanentError(
		'over-limit',
		`The sampling would have ${said}. Start another one into the same destination with a higher limit, or select fewer frames: images that exist are kept`,
	);

const millionths = 1e6;

/** Assumed for a video of unknown size. */
const usualSize: Size = { width: 1920, height: 1080 };

/** Estimated cost of the new images of a video. */
const dollarsOf = (missing: ChunkFrame[], { width, height }: Size, settings: Settings, sizing: Sizing): number => {
	const [first, last] = [missing[0], missing.at(-1)];
	if (!first || !last) return 0;
	const asked = { frames: missing.length, span: last.index - first.index + 1, width, height };
	const { formats, decodeSeconds, chunks } = estimateFrames(asked, settings, sizing.framesPerChunk);
	const { bytesToWrite, encodeSeconds } = formats[settings.format];
	const cost = costOf({ videos: 1, chunks, decode: decodeSeconds + encodeSeconds, bytesToWrite }, sizing);
	return cost.lambda + cost.requests + cost.dataOut;
};

const round = (dollars: number): string => dollars.toFixed(dollars < 1 ? 4 : 2);
