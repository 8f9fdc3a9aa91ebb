import { Duration } from 'aws-cdk-lib';

/** The tunable numbers of the deployment; all others are derived. */
export const settings = {
	api: { memoryMiB: 512, timeout: Duration.seconds(20) },
	fanOut: { memoryMiB: 1769, timeout: Duration.minutes(5), maxConcurrency: 20 },
	/** 3,538 MiB is two virtual processors: one for ffmpeg, one for the encoders. */
	decode: { memoryMiB: 3538, timeout: Duration.minutes(10), maxConcurrency: 200 },
	reduce: { memoryMiB: 512, timeout: Duration.minutes(2), maxConcurrency: 10 },
	/** Requests a second that the HTTP API takes from all callers together, and how many at once above that. */
	requests: { rateLimit: 20, burstLimit: 40 },
	/** Deliveries of a message before it becomes a dead letter; delays between them increase (see back-off.ts). */
	deliveries: 5,
	/**
	 * Retention of messages. Shorter than that of dead letters, which counts from when the message was first sent.
	 */
	messagesKept: Duration.days(7),
	/** Interval of the sweep of open samplings, which recovers lost messages. */
	sweepEvery: Duration.minutes(5),
	/**
	 * Time without progress after which the unfinished messages of a sampling are sent again. Longer than the time limit of
	 * decode, and than the longest delay of a failed message.
	 */
	stuckAfter: Duration.minutes(30),
	/** Retention of requests, plans, markers and reports in the state bucket, unless another is chosen. */
	stateRetention: Duration.days(90),
} as const;
