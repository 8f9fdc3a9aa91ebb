import { PermanentError } from '../../errors.ts';
import { listPictures } from '../extract/ffmpeg.ts';
import type { ByteSource } from '../source/byte-source.ts';
import { openRangeDoor } from '../source/range-door.ts';
import { cutOff } from './cut-off.ts';
import type { VideoIndex } from './video-index.ts';

/**
 * Indexes any video by decoding it once: the pictures that come out, in the order in which they do, are its frames.
 * For containers whose headers don't tell, and for files whose headers contradict themselves.
 * @throws PermanentError `unsupported` without a video stream, `undecodable` when no picture comes out
 */
export const indexByDecoding = async (
	source: ByteSource,
	demuxer: string,
	options: { ffmpegPath: string; signal: AbortSignal },
	notes: string[] = [],
): Promise<VideoIndex> => {
	const door = await openRangeDoor(source, options.signal);
	try {
		const { times, timeBase, codec, complaint } = await listPictures({ ...options, input: { url: door.url, demuxer } });
		if (times.length === 0 || !timeBase) {
			const why = codec === undefined ? 'it has no video stream' : complaint || 'its pictures can not be decoded';
			throw new PermanentError(
				codec === undefined ? 'unsupported' : 'undecodable',
				`The file shows no picture: ${why}`,
			);
		}
		const count = times.length;
		const counted = times.some((time, at) => !(at === 0 ? Number.isFinite(time) : time > (times[at - 1] as number)));
		const key = new Uint8Array(count);
		key[0] = 1;
		return {
			container: { kind: 'whole', demuxer, counted, ...(codec === undefined ? {} : { codec }) },
			timeBase,
			pictureSize: null,
			// A picture without a time has the number of its turn: it is counted, not found by its time.
			pts: Float64Array.from(times, (time, at) => (Number.isNaN(time) ? at : time)),
			key,
			offset: new Float64Array(count),
			size: new Uint32Array(count),
			shown: Uint32Array.from({ length: count }, (_, at) => at),
			damage: demuxer === 'avi' ? await riffDamage(source) : undefined,
			notes,
		};
	} finally {
		door.close();
	}
};

/** A RIFF file says its size in its first chunk; 0 means that the recording was never finished. */
const riffDamage = async (source: ByteSource): Promise<string | undefined> => {
	const said = (await source.read(4, 4)).readUInt32LE(0);
	return said === 0 ? undefined : cutOff(said + 8, source.size);
};
