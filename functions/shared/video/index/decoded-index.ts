import { PermanentError } from '../../errors.ts';
import { listPictures } from '../extract/ffmpeg.ts';
import { type ByteSource, type Change, firstBytes, withChanges } from '../source/byte-source.ts';
import { openLoopbackRangeServer } from '../source/loopback-range-server.ts';
import { endDamage } from './end-damage.ts';
import { pictureEnd } from './picture-end.ts';
import type { VideoIndex } from './video-index.ts';

/**
 * Indexes any video by decoding it once: its frames are the pictures in output order. For containers without sufficient
 * headers, and for files with contradictory headers.
 * @param known facts about the file: notes, ffmpeg's specifier of the picture stream, rotation, and bytes to replace
 * @throws PermanentError `unsupported` without a video stream, `undecodable` when no picture can be decoded
 */
export async function indexByDecoding(
	source: ByteSource,
	demuxer: string,
	options: { ffmpegPath: string; signal: AbortSignal },
	known: {
		notes?: string[];
		stream?: string | undefined;
		matrix?: Buffer | undefined;
		changes?: Change[] | undefined;
	} = {},
): Promise<VideoIndex> {
	const { notes = [], stream = 'V:0', matrix = Buffer.alloc(0), changes = [] } = known;
	const end = await pictureEnd(source, demuxer);
	const server = await openLoopbackRangeServer(firstBytes(withChanges(source, changes), end), options.signal);
	try {
		const input = { url: server.url, demuxer, stream };
		const { times, timeBase, decoder, restarts, lastError } = await listPictures({ ...options, input });
		if (times.length === 0 || !timeBase) {
			const why = decoder === undefined ? 'it has no video stream' : lastError || 'its pictures cannot be decoded';
			throw new PermanentError(
				decoder === undefined ? 'unsupported' : 'undecodable',
				`No picture of the file can be decoded: ${why}`,
			);
		}
		const count = times.length;
		const counted = times.some((time, at) => !(at === 0 ? Number.isFinite(time) : time > (times[at - 1] as number)));
		const key = new Uint8Array(count);
		key[0] = 1;
		const resized = 'Pictures change their size or format: all are converted to those of the first';
		return {
			container: {
				...{ kind: 'whole', demuxer, stream, matrix, end, changes, counted, restarts },
				...(decoder === undefined ? {} : { codec: decoder }),
			},
			timeBase,
			timeOffset: 0,
			pictureSize: null,
			isPlanar: false,
			// A picture without a time gets its number: it is identified by counting.
			pts: Float64Array.from(times, (time, at) => (Number.isNaN(time) ? at : time)),
			key,
			offset: new Float64Array(count),
			size: new Uint32Array(count),
			shown: Uint32Array.from({ length: count }, (_, at) => at),
			damage: await endDamage(source, demuxer),
			notes: restarts ? [...notes, resized] : notes,
		};
	} finally {
		server.close();
	}
}
