import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type LocalStack, startLocalStack } from '#local/stack.ts';
import { at } from '#shared/at.ts';
import { FramefanError, messageOf, PermanentError } from '#shared/errors.ts';
import { retrying } from '#shared/retrying.ts';
import { type SamplingRequestInput, samplingId } from '#shared/sampling/request.ts';
import { framesDone } from '#shared/sampling/summary.ts';
import type { SamplingStatus } from '../functions/api/schemas.ts';
import { makeApiClient } from './api-client.ts';
import { endLeases } from './end-leases.ts';
import { carryKnownVideos } from './known-videos.ts';
import { announceStack, forgetEnded, keepEnded } from './local-samplings.ts';
import type { ProgressDisplay } from './progress.ts';

const tokenParameter = '/framefan/supervisely-token';
const leaseSeconds = 10;
/** Intervals between requests for the status. Each request takes about 20 ms of processor time away from decoding. */
const pollMs = { nearTheEnds: 250, between: 1000 };
/**
 * Time without progress after which unfinished messages are enqueued again; doubled each time. Shorter with external
 * queues, where a poller of an earlier run may still hold messages.
 */
const quietMs = process.env.AWS_ENDPOINT_URL_SQS ? 20_000 : 60_000;

/** Functions that process messages, by the beginning of their logical ids. */
const workers = ['FanOut', 'Decode'];

/** Longest wait for running work after the end of a sampling; it ends after `quietPolls` polls without running work. */
const longestDrainMs = 60_000;
const drainPollMs = 40;
const quietPolls = 5;

/**
 * Runs one sampling on the local stack to its end. The same client token on the same data folder continues the same
 * sampling; if that has ended incomplete, it is retried.
 * @returns its status, and the seconds it took after the stack was started
 */
export async function sampleOnLocalStack(options: {
	dataDir: string;
	/** Folder of the video indexes, shared by samplings of the same server. */
	knownVideos?: string;
	server: string;
	token: string;
	request: SamplingRequestInput & { clientToken: string };
	/** Whether an earlier process began the sampling. */
	goesOn: boolean;
	/** Client token of an abandoned run, to cancel it. */
	abandoned?: string | undefined;
	framesPerChunk: number;
	progress: ProgressDisplay;
	onClose: (close: () => unknown) => void;
}): Promise<{ status: SamplingStatus; seconds: number }> {
	forgetEnded(options.dataDir);
	const stack = await startLocalStack({
		dataDir: join(options.dataDir, 'stack'),
		parameters: {
			SuperviselyServer: options.server,
			TokenParameter: tokenParameter,
			FramesPerChunk: String(options.framesPerChunk),
			ProgressSeconds: '1',
			LeaseSeconds: String(leaseSeconds),
			// Short, since a user is waiting.
			LongestWaitSeconds: '5',
		},
		secrets: { [tokenParameter]: options.token },
		environment: process.env,
	});
	options.onClose(() => stack.close());
	for (const warning of stack.warnings) process.stderr.write(`${warning}.\n`);
	options.onClose(announceStack(options.dataDir, stack));
	// Not with an external S3, where functions of an earlier process may still be running.
	if (options.goesOn && !process.env.AWS_ENDPOINT_URL_S3)
		await endLeases(stack.s3, at(stack.buckets, 0), 1000 * leaseSeconds);
	const keepKnown = options.knownVideos
		? await carryKnownVideos(stack.s3, at(stack.buckets, 0), options.knownVideos)
		: async () => {};
	const clock = startClock(join(options.dataDir, 'seconds'));
	const api = makeApiClient(stack);
	const logs = join(options.dataDir, 'stack', 'logs');
	/** Retries calls while S3 or SQS is briefly unavailable. */
	const withRetries = <Answer>(ask: () => Promise<Answer>): Promise<Answer> =>
		retrying(ask, { retries: 6, minTimeout: 250, maxTimeout: 8000 }).catch(error => {
			throw error instanceof PermanentError ? error : new FramefanError(`${messageOf(error)}; see the logs in ${logs}`);
		});
	// Only an external S3 can still have the abandoned sampling.
	if (options.abandoned) await api.cancel(samplingId(options.abandoned)).catch(() => {});
	const { id } = await withRetries(() => api.start(options.request));
	const statusNow = () => withRetries(() => api.status(id));
	// External queues may still hide messages that workers of an earlier start had received.
	const isHidden = options.goesOn && Boolean(process.env.AWS_ENDPOINT_URL_SQS);
	// A new sampling is running; a sampling that goes on may have to be retried.
	if (options.goesOn) {
		const { state } = await statusNow();
		if (state !== 'completed' && (state !== 'running' || isHidden)) await withRetries(() => api.retry(id));
	} else await delay(pollMs.nearTheEnds);
	let quiet = { since: Date.now(), seen: '', waitMs: quietMs };
	try {
		for (;;) {
			const status = await statusNow();
			options.progress.show(status);
			if (status.state !== 'running') {
				await untilQuiet(stack);
				await keepKnown();
				// Includes chunks that finished after the end.
				const ended = await statusNow();
				keepEnded(options.dataDir, ended);
				return { status: ended, seconds: Math.round(clock.seconds() * 10) / 10 };
			}
			clock.keep();
			const seen = JSON.stringify(status);
			if (seen !== quiet.seen) quiet = { since: Date.now(), seen, waitMs: quietMs };
			// A message in progress is not lost, even if it keeps failing, and neither is one that waits for the server.
			else if (stack.busy(workers) > 0 || status.outage) quiet.since = Date.now();
			else if (Date.now() - quiet.since > quiet.waitMs) {
				// Messages of a crashed worker would become visible much later.
				await withRetries(() => api.retry(id));
				quiet = { since: Date.now(), seen, waitMs: 2 * quiet.waitMs };
			}
			await delay(isNearTheEnds(status, clock.seconds()) ? pollMs.nearTheEnds : pollMs.between);
		}
	} finally {
		options.progress.end();
	}
}

/** Whether a sampling has just begun, or may soon be done. */
const isNearTheEnds = (status: SamplingStatus, seconds: number): boolean =>
	seconds < 2 || framesDone(status) >= 0.9 * status.framesPlanned;

/** Waits for work that continues after the end of a sampling, such as recording it in the destination. */
const untilQuiet = async (stack: LocalStack): Promise<void> => {
	const deadline = Date.now() + longestDrainMs;
	for (let quiet = 0; quiet < quietPolls && Date.now() < deadline; quiet = stack.busy() === 0 ? quiet + 1 : 0)
		await delay(drainPollMs);
};

/** Total seconds of a run over all its starts, without the time between them. */
export type RunClock = { seconds(): number; keep(): void };

/** @param file stores the time of earlier starts */
export function startClock(file: string): RunClock {
	const started = performance.now();
	let before = 0;
	try {
		before = Number(readFileSync(file, 'utf8')) || 0;
	} catch {
		// The first start.
	}
	const seconds = () => before + (performance.now() - started) / 1000;
	return { seconds, keep: () => writeFileSync(file, String(seconds())) };
}
