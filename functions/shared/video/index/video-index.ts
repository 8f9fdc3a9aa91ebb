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
	/** Of the first picture, upright; null where it can't be decoded, or where each chunk begins with it anyway. */
	pictureSize: { width: number; height: number } | null;
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

export type ContainerHeader =
	| {
			kind: 'mp4';
			/** The track's `stsd` box, whole: codec and its configuration. */
			sampleDescription: Buffer;
			/** Display matrix of the track, 9 fixed-point numbers as 36 bytes: rotation and flips. */
			matrix: Buffer;
			width: number;
			height: number;
			/** Decode time of each picture in ticks. */
			dts: Float64Array;
			codec: string;
	  }
	| {
			kind: 'matroska';
			/** The file up to its first cluster: everything a demuxer needs to begin. */
			header: Buffer;
			/** Time of the cluster that each picture is in, in ticks. */
			clusterTime: Float64Array;
			codec: string;
	  }
	| {
			/** Known by decoding alone: every chunk decodes from the start and counts. */
			kind: 'whole';
			demuxer: string;
			/** Times don't rise from picture to picture, so that only counting tells them apart. */
			counted: boolean;
			codec?: string;
	  };

/** Positions in decode order of the shown pictures, by their time; the order of the file decides between equals. */
export const presentationOrder = (pts: Float64Array, isShown: (at: number) => boolean): Uint32Array => {
	const shown = Array.from(pts.keys()).filter(isShown);
	shown.sort((a, b) => (pts[a] as number) - (pts[b] as number) || a - b);
	return Uint32Array.from(shown);
};
