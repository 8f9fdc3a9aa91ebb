import { listPictures } from '../extract/ffmpeg.ts';
import { makeDecodePlan } from '../extract/make-decode-plan.ts';
import { matroskaDemuxInput } from '../extract/matroska-demux-input.ts';
import { mp4DemuxInput } from '../extract/mp4-demux-input.ts';
import type { ByteSource } from '../source/byte-source.ts';
import type { VideoIndex } from './video-index.ts';

/** Pictures that are decoded to see whether they are shown in the order in which they are stored. */
const probed = 250;

/** Codecs that may show pictures in another order than they are stored. */
const reordering = new Set(['h264', 'hevc', 'mpeg4', 'mpeg1video', 'mpeg2video', 'vc1', 'wmv3']);

/**
 * Whether a file without composition times hides that its pictures are reordered: a decoder then gives them out with
 * times that jump. Only such files are probed, at their start: MP4 whose times are those of decoding, and Matroska made
 * of AVI, which has no others.
 */
export const hidesReordering = async (
	index: VideoIndex,
	source: ByteSource,
	options: { ffmpegPath: string; signal: AbortSignal },
): Promise<boolean> => {
	const { container, pts, timeBase } = index;
	if (container.kind === 'whole' || !reordering.has(container.bitstream.codec)) return false;
	if (container.kind === 'samples' && container.timed) {
		// Containers of other kinds tell both times of each picture.
		if (container.demuxer !== 'mov') return false;
		const shift = (pts[0] as number) - (container.dts[0] as number);
		if (!pts.every((time, at) => time - (container.dts[at] as number) === shift)) return false;
	} else if (container.kind === 'matroska' && !container.codec.includes('VFW')) return false;
	const { demuxInput } = makeDecodePlan(index, [[0, Math.min(probed, pts.length) - 1]]);
	if (demuxInput.kind === 'whole') return false;
	const { signal } = options;
	const { bytes, ptsInInput } =
		demuxInput.kind === 'samples'
			? mp4DemuxInput(demuxInput, timeBase.den, source, signal)
			: matroskaDemuxInput(demuxInput, source, signal);
	const demuxer = demuxInput.kind === 'samples' ? 'mov' : 'matroska';
	const { times } = await listPictures({ ...options, input: { demuxer, stream: 'V:0', bytes } });
	const wanted = demuxInput.pts.map(ptsInInput).sort((a, b) => a - b);
	return times.some((time, at) => time !== wanted[at]);
};
