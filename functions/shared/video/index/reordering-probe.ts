import { listPictures } from '../extract/ffmpeg.ts';
import { makeDecodePlan } from '../extract/make-decode-plan.ts';
import { matroskaDemuxInput } from '../extract/matroska-demux-input.ts';
import { mp4DemuxInput } from '../extract/mp4-demux-input.ts';
import type { ByteSource } from '../source/byte-source.ts';
import type { VideoIndex } from './video-index.ts';

/** Pictures decoded to detect reordering. */
const probed = 250;

/** Codecs with picture reordering. */
const reordering = new Set(['h264', 'hevc', 'mpeg4', 'mpeg1video', 'mpeg2video', 'vc1', 'wmv3']);

/**
 * Whether pictures are reordered although the file has no composition times: a decoder then outputs them with times that
 * jump. Probes only the start of such files: MP4 with decode times only, and Matroska made from AVI.
 */
export async function hidesReordering(
	index: VideoIndex,
	source: ByteSource,
	options: { ffmpegPath: string; signal: AbortSignal },
): Promise<boolean> {
	const { container, pts, timeBase } = index;
	if (container.kind === 'whole' || !reordering.has(container.bitstream.codec)) return false;
	if (container.kind === 'samples' && container.timed) {
		// Other containers have both times of each picture.
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
}
