import { listPictures } from '../extract/ffmpeg.ts';
import { mp4Feed } from '../extract/mp4-feed.ts';
import { writeRecipe } from '../extract/write-recipe.ts';
import type { ByteSource } from '../source/byte-source.ts';
import type { VideoIndex } from './video-index.ts';

/** Pictures that are decoded to see whether they are shown in the order in which they are stored. */
const probed = 250;

/** Codecs that may show pictures in another order than they are stored. */
const reordering = /^(avc|hvc|hev|dvh|mp4v)/;

/**
 * Whether a file without composition times hides that its pictures are reordered: a decoder then gives them out with
 * times that jump. Only such files are probed, at their start.
 */
export const hidesReordering = async (
	index: VideoIndex,
	source: ByteSource,
	options: { ffmpegPath: string; signal: AbortSignal },
): Promise<boolean> => {
	const { container, pts, timeBase } = index;
	if (container.kind !== 'mp4' || !reordering.test(container.codec)) return false;
	const shift = (pts[0] as number) - (container.dts[0] as number);
	if (!pts.every((time, at) => time - (container.dts[at] as number) === shift)) return false;
	const { feed } = writeRecipe(index, [[0, Math.min(probed, pts.length) - 1]]);
	if (feed.kind !== 'mp4') return false;
	const { bytes, ptsInFeed } = mp4Feed(feed, timeBase.den, source, options.signal);
	const { times } = await listPictures({ ...options, input: { demuxer: 'mov', bytes } });
	return times.some((time, at) => time !== ptsInFeed(feed.pts[at] ?? Number.NaN));
};
