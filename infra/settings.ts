import { Duration } from 'aws-cdk-lib';
import { Architecture } from 'aws-cdk-lib/aws-lambda';
import type { Target } from '../layers/build-layer.ts';

/** Every number of the deployment that is a choice rather than a consequence. */
export const settings = {
	/** x86_64, because the arm64 build of the ffmpeg that is shipped has no AV1 decoder. */
	architecture: Architecture.X86_64,
	api: { memoryMiB: 512, timeout: Duration.seconds(20) },
	fanOut: { memoryMiB: 1769, timeout: Duration.minutes(5), maxConcurrency: 20 },
	/** 3,538 MiB is two virtual processors: one for ffmpeg, one for the encoders. */
	decode: { memoryMiB: 3538, timeout: Duration.minutes(10), maxConcurrency: 200 },
	reduce: { memoryMiB: 512, timeout: Duration.minutes(2), maxConcurrency: 10 },
	/** Deliveries of a message before it becomes a dead letter; the waits between them grow (see settle-batch.ts). */
	deliveries: 5,
	/**
	 * How long a message waits in line at the most. Shorter than dead letters are kept, whose time counts from when the
	 * message was sent first.
	 */
	messagesKept: Duration.days(7),
	/** How often open samplings are looked after, so that a lost message heals. */
	sweepEvery: Duration.minutes(5),
	/**
	 * A sampling of which nothing was heard for so long gets its unfinished steps again. Longer than a chunk stays hidden
	 * whose worker died: six times the time limit of decode.
	 */
	stuckAfter: Duration.minutes(90),
	/** How long requests, plans, markers and reports stay in the state bucket. */
	stateRetention: Duration.days(90),
} as const;

/** The machine that the deployment's layers are for. */
export const deploymentTarget: Target = {
	platform: 'linux',
	arch: settings.architecture.name === Architecture.X86_64.name ? 'x64' : 'arm64',
};
