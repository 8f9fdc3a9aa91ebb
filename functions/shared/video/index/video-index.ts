import type { Size } from '../../size.ts';
import type { Bitstream } from '../bitstream/bitstream.ts';
import type { Change } from '../source/byte-source.ts';

/** Duration of one tick, as an exact fraction of a second. */
export type TimeBase = { num: number; den: number };

/**
 * Index of a video, made before decoding. One entry per picture in each column, in decode order (the order of the file).
 */
export type VideoIndex = {
	/** How to make the decoder's input from the file. */
	container: ContainerHeader;
	timeBase: TimeBase;
	/** Added to the times below to get presentation times, in ticks, because of an edit list. */
	timeOffset: number;
	/** Size of the first picture after rotation; null if it can't be decoded, or if every chunk begins with it anyway. */
	pictureSize: Size | null;
	/** Whether the first picture can be output as planes (see `picture.ts`); then later ones probably can, too. */
	isPlanar: boolean;
	/** Presentation time of each picture in ticks. */
	pts: Float64Array;
	/** 1 for key pictures, where decoding can start. */
	key: Uint8Array;
	/** Position of the picture's bytes in the file. */
	offset: Float64Array;
	size: Uint32Array;
	/** Positions in decode order of the shown pictures, in display order: entry n is frame n. */
	shown: Uint32Array;
	/** Message if the file is shorter than it declares. */
	damage: string | undefined;
	/** Remarks, such as a second video stream that is not read. */
	notes: string[];
};

/** Packets of a transport stream: the distance from one to the next in bytes, and the number of the picture stream. */
export type Packets = { distance: number; pid: number };

export type ContainerHeader =
	| {
			/** The bytes of each picture are known, and are muxed into an MP4 stream. */
			kind: 'samples';
			/** ffmpeg's demuxer for the file itself. */
			demuxer: string;
			/** Whether times are those of the file; otherwise they are display positions. */
			timed: boolean;
			/** How pictures are split into packets; null if they aren't. */
			packets: Packets | null;
			/** The track's `stsd` box, whole: codec and its configuration. */
			sampleDescription: Buffer;
			/** Display matrix of the track, 9 fixed-point numbers as 36 bytes: rotation and flips; empty where there is none. */
			matrix: Buffer;
			width: number;
			height: number;
			/** Decode time of each picture in ticks. */
			dts: Float64Array;
			/** FourCC of the sample entry. */
			codec: string;
			/** ffmpeg's specifier of the track in the file. */
			stream: string;
			bitstream: Bitstream;
			/** Data of the first picture that a decoder keeps (see `decoderSetup`). */
			setup: Buffer;
	  }
	| {
			kind: 'matroska';
			/** The header for a demuxer, up to the first cluster. */
			header: Buffer;
			/** Display matrix, in the form that MP4 stores it; empty if there is none. */
			matrix: Buffer;
			/** Time of the cluster that each picture is in, in ticks. */
			clusterTime: Float64Array;
			/** The codec's id, with the FourCC of AVI. */
			codec: string;
			/** Number of the track in blocks. */
			track: number;
			bitstream: Bitstream;
			setup: Buffer;
	  }
	| {
			/** Indexed by decoding: every chunk decodes from the start and counts. */
			kind: 'whole';
			demuxer: string;
			/** ffmpeg's specifier of the picture stream. */
			stream: string;
			/** Display matrix, in the form that MP4 stores it; empty if there is none. */
			matrix: Buffer;
			/** Bytes of the file that are read: up to the end of the last picture, if known. */
			end: number;
			/** Bytes to replace, so that ffmpeg reads the file to its end. */
			changes: Change[];
			/** Whether some time is not above the one before, so that pictures are identified by counting. */
			counted: boolean;
			/** Whether pictures change their size or format, which restarts ffmpeg's count. */
			restarts: boolean;
			/** ffmpeg's name of the decoder. */
			codec?: string;
	  };

/** Positions in decode order of the shown pictures, sorted by time, then by file order. */
export function presentationOrder(pts: Float64Array, isShown: (at: number) => boolean): Uint32Array {
	const shown = Array.from(pts.keys()).filter(isShown);
	shown.sort((a, b) => (pts[a] as number) - (pts[b] as number) || a - b);
	return Uint32Array.from(shown);
}
