import { PermanentError } from '../../errors.ts';
import type { ByteSource, Change } from '../source/byte-source.ts';
import { containerOf } from './container.ts';
import { indexByDecoding } from './decoded-index.ts';
import { indexAvi } from './demux/avi.ts';
import { indexFlv } from './demux/flv.ts';
import type { Checkpoint } from './demux/pass-state.ts';
import { indexTransportStream } from './demux/transport-stream.ts';
import { indexMatroska } from './matroska-index.ts';
import { indexMp4 } from './mp4-index.ts';
import { NeedsDecoding } from './needs-decoding.ts';
import { firstPictureSize } from './picture-size.ts';
import { hidesReordering } from './reordering-probe.ts';
import { verifyKeys } from './verify-keys.ts';
import type { VideoIndex } from './video-index.ts';

/** `checkpoint`: lets a pass over a long file be resumed. */
type Options = { ffmpegPath: string; signal: AbortSignal; checkpoint?: Checkpoint };

/**
 * Builds the index of a video. The format is detected from the content, not from the file name. MP4, MOV, Matroska and
 * WebM are indexed from their headers; transport streams, AVI and FLV by a pass over the file. Files with insufficient or
 * contradictory headers are decoded once instead.
 * @throws PermanentError `corrupt`, `unsupported` or `undecodable`; SamplingFailure when ffmpeg can't be run;
 * DeferredError when time is up and the state is stored
 */
export async function indexVideo(source: ByteSource, options: Options): Promise<VideoIndex> {
	const container = await containerOf(source);
	const readHeaders = headerReaders[container];
	if (!readHeaders) return indexByDecoding(source, container, options);
	try {
		return await believable(await readHeaders(source, options.checkpoint), source, options);
	} catch (error) {
		if (error instanceof NeedsDecoding) {
			const { message, stream, matrix, changes } = error;
			return indexByDecoding(source, container, options, { notes: [message], stream, matrix, changes });
		}
		// ffmpeg may still be able to read headers that are malformed for this reader.
		if (!(error instanceof PermanentError) || error.reason !== 'corrupt') throw error;
		try {
			return await indexByDecoding(source, container, options, { notes: [error.message] });
		} catch {
			throw error;
		}
	}
}

/** Indexers without decoding, by demuxer: from headers, or by a pass over the file. */
const headerReaders: Record<string, (source: ByteSource, checkpoint?: Checkpoint) => Promise<VideoIndex>> = {
	mov: indexMp4,
	matroska: indexMatroska,
	mpegts: indexTransportStream,
	avi: indexAvi,
	flv: indexFlv,
};

/**
 * Verifies the keys of a header index, and that its times identify the pictures; adds facts on the first picture.
 * @throws NeedsDecoding with the reason when the index is not reliable
 */
const believable = async (found: VideoIndex, source: ByteSource, options: Options): Promise<VideoIndex> => {
	const { container } = found;
	const refuse = (reason: string, changes?: Change[]): never => {
		const error = new NeedsDecoding('unsupported', reason);
		error.changes = changes;
		if (container.kind === 'samples') error.stream = container.stream;
		if (container.kind === 'matroska') error.matrix = container.matrix;
		throw error;
	};
	// A pass over the file has already parsed every picture.
	const isWrapped = container.kind === 'samples' && container.demuxer !== 'mov';
	const verified = isWrapped ? found : await verifyKeys(found, source);
	if ('reason' in verified) return refuse(verified.reason, verified.changes);
	const unnumbered = whyNotNumbered(verified);
	if (unnumbered) refuse(unnumbered);
	// Demuxers apply an edit list from key frames on, so false keys change which pictures are shown.
	if (verified.timeOffset < 0 && verified.key.some((key, at) => key !== found.key[at]))
		refuse('The file has an edit list and false key frames, so pictures are counted');
	try {
		if (await hidesReordering(verified, source, options))
			refuse('The file has no composition times, so pictures are counted');
		const { size: pictureSize, isPlanar, lastError } = await firstPictureSize(verified, source, options);
		if (!pictureSize && (isWrapped || lastError === ''))
			refuse('The first picture is not output, so pictures are counted');
		return { ...verified, pictureSize, isPlanar };
	} catch (error) {
		// The decoder rejects the samples muxed here, but it may be able to read the file itself.
		if (isWrapped && error instanceof PermanentError && !(error instanceof NeedsDecoding)) return refuse(error.message);
		throw error;
	}
};

/** Why presentation times don't identify the pictures; undefined if they do. */
const whyNotNumbered = ({ container, pts, key, shown }: VideoIndex): string | undefined => {
	if (shown.length === 0) return 'No picture lies within the edit list';
	// A decoder outputs group after group, whatever their times are.
	let latest = Number.NEGATIVE_INFINITY;
	for (let at = 0; at < pts.length; at++) {
		if (container.kind === 'samples' && at > 0 && (container.dts[at] as number) < (container.dts[at - 1] as number))
			return 'Decode times go back, so pictures are counted';
		if (!key[at]) continue;
		if ((pts[at] as number) <= latest) return 'Times of key pictures go back, so pictures are counted';
		latest = pts[at] as number;
	}
	for (let at = 1; at < shown.length; at++) {
		if (pts[shown[at] as number] === pts[shown[at - 1] as number])
			return 'Pictures share a presentation time, so they are counted';
	}
	return undefined;
};
