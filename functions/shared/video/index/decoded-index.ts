import { PermanentError } from '../../errors.ts';
import { listPictures } from '../extract/ffmpeg.ts';
import type { ByteSource } from '../source/byte-source.ts';
import { openRangeDoor } from '../source/range-door.ts';
import type { VideoIndex } from './video-index.ts';

/** Ticks in which a decode pass counts, whatever the container's own clock. */
const timeBase = { num: 1, den: 1_000_000 };

/**
 * Indexes any video by decoding it once: the pictures that come out, in the order in which they do, are its frames.
 * For containers whose headers don't tell, and for files whose headers contradict themselves.
 * @throws PermanentError `corrupt` when nothing comes out
 */
export const indexByDecoding = async (
	source: ByteSource,
	demuxer: string,
	options: { ffmpegPath: string; signal: AbortSignal },
	notes: string[] = [],
): Promise<VideoIndex> => {
	const door = await openRangeDoor(source, options.signal);
	try {
		const { times, complaints, codec } = await listPictures({
			...options,
			input: { url: door.url, demuxer },
			timeBase,
		});
		if (times.length === 0) {
			const why = complaints.trim().split('\n').at(-1);
			const streams = /Video:/.test(complaints) ? 'Its pictures can not be decoded' : 'It has no video stream';
			throw new PermanentError('corrupt', `The file shows no picture: ${why && codec === undefined ? why : streams}`);
		}
		const count = times.length;
		const key = new Uint8Array(count);
		key[0] = 1;
		return {
			container: { kind: 'whole', demuxer, ...(codec === undefined ? {} : { codec }) },
			timeBase,
			pts: Float64Array.from(times),
			key,
			offset: new Float64Array(count),
			size: new Uint32Array(count),
			shown: Uint32Array.from({ length: count }, (_, at) => at),
			notes,
		};
	} finally {
		door.close();
	}
};
