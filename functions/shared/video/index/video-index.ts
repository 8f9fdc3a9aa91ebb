import type { Bitstream } from '../bitstream/bitstream.ts';
import type { Change } from '../source/byte-source.ts';

/** An exact fraction of a second: what one tick of a stream's clock is. */
export type TimeBase = { num: number; den: number };

/**
 * What is known of a video before decoding. Pictures stand in decode order (the order of the file), one entry a
 * picture in each column.
 */
export type VideoIndex = {
	/** How the container's bytes are fed to the decoder. */
	container: ContainerHeader;
	timeBase: TimeBase;
	/** What is added to the times below to get presentation times, in ticks: an edit list may shift them. */
	timeOffset: number;
	/** Of the first picture, upright; null where it can't be decoded, or where each chunk begins with it anyway. */
	pictureSize: { width: number; height: number } | null;
	/** The first picture can leave the decoder as planes (see `picture.ts`), so others may as well. */
	isPlanar: boolean;
	/** Presentation time of each picture in ticks. */
	pts: Float64Array;
	/** 1 where decoding can start. */
	key: Uint8Array;
	/** Where the picture's bytes are. */
	offset: Float64Array;
	size: Uint32Array;
	/** Positions in decode order of the pictures that are shown, in the order in which they are: entry n is frame n. */
	shown: Uint32Array;
	/** Why the file can't be whole, where it says itself that it should be longer. */
	damage: string | undefined;
	/** What a person should know, such as a second video stream that isn't read. */
	notes: string[];
};

/** Packets of a transport stream: the distance from one to the next in bytes, and the number of the picture stream. */
export type Packets = { distance: number; pid: number };

export type ContainerHeader =
	| {
			/** Each picture's bytes are known, and are wrapped into a stream of MP4 of their own. */
			kind: 'samples';
			/** ffmpeg's name of what reads the file itself. */
			demuxer: string;
			/** The times are those of the file; else they are turns. */
			timed: boolean;
			/** How a picture's bytes are cut into packets; null where they stand as they are. */
			packets: Packets | null;
			/** The track's `stsd` box, whole: codec and its configuration. */
			sampleDescription: Buffer;
			/** Display matrix of the track, 9 fixed-point numbers as 36 bytes: rotation and flips; empty where there is none. */
			matrix: Buffer;
			width: number;
			height: number;
			/** Decode time of each picture in ticks. */
			dts: Float64Array;
			/** The sample entry's four letters. */
			codec: string;
			/** ffmpeg's specifier of the track in the file. */
			stream: string;
			bitstream: Bitstream;
			/** What a decoder remembers of the first picture's bytes (see `decoderSetup`). */
			setup: Buffer;
	  }
	| {
			kind: 'matroska';
			/** Everything a demuxer needs to begin, up to the first cluster. */
			header: Buffer;
			/** As in MP4; empty where the picture is shown as it is stored. */
			matrix: Buffer;
			/** Time of the cluster that each picture is in, in ticks. */
			clusterTime: Float64Array;
			/** The codec's id, with the four letters that AVI would have. */
			codec: string;
			/** Number of the track, as its blocks have it. */
			track: number;
			bitstream: Bitstream;
			setup: Buffer;
	  }
	| {
			/** Known by decoding alone: every chunk decodes from the start and counts. */
			kind: 'whole';
			demuxer: string;
			/** ffmpeg's specifier of the picture stream. */
			stream: string;
			/** As in Matroska. */
			matrix: Buffer;
			/** Bytes of the file that are read: what follows the last picture is left out where that is known. */
			end: number;
			/** Bytes of the file that are read as others, so that it is read to its end. */
			changes: Change[];
			/** Times don't rise from picture to picture, so that only counting tells them apart. */
			counted: boolean;
			/** Pictures change their size or format, so that ffmpeg begins its own count anew in the middle. */
			restarts: boolean;
			/** ffmpeg's name of the decoder. */
			codec?: string;
	  };

/** Positions in decode order of the shown pictures, by their time; the order of the file decides between equals. */
export const presentationOrder = (pts: Float64Array, isShown: (at: number) => boolean): Uint32Array => {
	const shown = Array.from(pts.keys()).filter(isShown);
	shown.sort((a, b) => (pts[a] as number) - (pts[b] as number) || a - b);
	return Uint32Array.from(shown);
};
