/** What is simulated. Times are in seconds, sizes in bytes. */
export type Scenario = {
	seed: number;
	videos: number;
	framesPerVideo: number;
	framesPerChunk: number;
	/** Most decode invocations at one time. */
	width: number;
	decode: {
		memoryMiB: number;
		/** Time a frame on such a function, as it was measured; one is drawn for each chunk. */
		secondsPerFrame: readonly number[];
		/** Time before a chunk's first frame. */
		startSeconds: number;
		/** Once for each sandbox. */
		coldStartSeconds: number;
	};
	fanOut: { memoryMiB: number; width: number; secondsPerVideo: number };
	reduce: { memoryMiB: number; width: number; secondsPerBatch: number; batch: number };
	/** The Supervisely server: images that it takes in at one time, and its time for each, as it was measured. */
	server: { parallel: number; secondsPerImage: readonly number[] };
	/** Share of deliveries of a chunk that end halfway, and that come a second time after it is done. */
	failing: number;
	doubled: number;
	bytesPerImage: number;
	limits: Limits;
};

/** What the services allow. */
export type Limits = {
	/** Deliveries that a queue starts with, and how many more each minute. */
	pollersAtFirst: number;
	pollersAMinute: number;
	/** Of one prefix, each second. */
	s3Writes: number;
	s3Reads: number;
	/** Before a message becomes a dead letter. */
	deliveries: number;
	/** Time until a message that failed comes again. */
	visibleAgainSeconds: number;
};

/**
 * AWS of November 2026: an event source mapping begins with 5 deliveries at a time and adds 300 a minute; S3 takes 3,500
 * writes and 5,500 reads a second of a prefix.
 */
export const awsLimits: Limits = {
	pollersAtFirst: 5,
	pollersAMinute: 300,
	s3Writes: 3500,
	s3Reads: 5500,
	deliveries: 5,
	visibleAgainSeconds: 60,
};

/** Requests that belong to one chunk, one video and one batch of reports, as the stages make them. */
export const requestsOf = {
	chunk: { s3Writes: 2, s3Reads: 6, queueSends: 1.1, labelCallsPerFrame: 1 / 50 },
	doubledChunk: { s3Writes: 0, s3Reads: 2 },
	video: { s3Writes: 4, s3Reads: 4, chunkWrites: 1 },
	batch: { s3Writes: 1, s3Reads: 4 },
} as const;
