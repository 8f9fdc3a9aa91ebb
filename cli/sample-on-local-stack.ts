import { join } from 'node:path';
import { type LocalStack, startLocalStack } from '#local/stack.ts';
import { FramefanError, messageOf, PermanentError } from '#shared/errors.ts';
import { retrying } from '#shared/retrying.ts';
import { type SamplingRequestInput, samplingId } from '#shared/sampling/request.ts';
import type { SamplingStatus } from '../functions/api/schemas.ts';
import { makeApiClient } from './api-client.ts';
import { carryKnownVideos } from './known-videos.ts';
import { announceStack } from './local-samplings.ts';
import type { ProgressDisplay } from './progress.ts';
import { startClock } from './run-clock.ts';

const tokenParameter = '/framefan/supervisely-token';
const pollMs = 250;
/**
 * Time without any progress after which unfinished steps are enqueued once more; doubled each time. Sooner where the
 * queues are not the stack's own: those may hand messages to pollers of a former start, who are gone.
 */
const quietMs = process.env.AWS_ENDPOINT_URL_SQS ? 20_000 : 60_000;

/** Functions that work steps off, by the beginnings of their logical ids. */
const workers = ['FanOut', 'Decode'];

/** What runs when a sampling has ended has so long to finish; it has when nothing ran for some polls. */
const longestDrainMs = 60_000;
const drainPollMs = 40;
const quietPolls = 5;

/**
 * Runs one sampling on the local stack and follows it to its end. The same client token on the same data folder goes
 * on with the same sampling; where that has ended without having done all, it is retried.
 * @returns how it ended, and the seconds it took once the stack stood
 */
export const sampleOnLocalStack = async (options: {
	dataDir: string;
	/** Where what is known of videos' files is kept for later samplings of the same server. */
	knownVideos?: string;
	server: string;
	token: string;
	request: SamplingRequestInput & { clientToken: string };
	/** Whether a former process began it. */
	goesOn: boolean;
	/** Client token of a run that is not to go on beside it. */
	abandoned?: string | undefined;
	framesPerChunk: number;
	progress: ProgressDisplay;
	onClose: (close: () => unknown) => void;
}): Promise<{ status: SamplingStatus; seconds: number }> => {
	const stack = await startLocalStack({
		dataDir: join(options.dataDir, 'stack'),
		parameters: {
			SuperviselyServer: options.server,
			TokenParameter: tokenParameter,
			FramesPerChunk: String(options.framesPerChunk),
			ProgressSeconds: '1',
			LeaseSeconds: '10',
			// Somebody sits before it.
			LongestWaitSeconds: '5',
		},
		secrets: { [tokenParameter]: options.token },
		environment: process.env,
	});
	options.onClose(() => stack.close());
	for (const warning of stack.warnings) process.stderr.write(`${warning}.\n`);
	options.onClose(announceStack(options.dataDir, stack));
	const keepKnown = options.knownVideos
		? await carryKnownVideos(stack.s3, stack.buckets[0] as string, options.knownVideos)
		: async () => {};
	const clock = startClock(join(options.dataDir, 'seconds'));
	const api = makeApiClient(stack);
	const logs = join(options.dataDir, 'stack', 'logs');
	/** An S3 or SQS that is away for a moment ends no sampling. */
	const patiently = <Answer>(ask: () => Promise<Answer>): Promise<Answer> =>
		retrying(ask, { retries: 6, minTimeout: 250, maxTimeout: 8000 }).catch(error => {
			throw error instanceof PermanentError ? error : new FramefanError(`${messageOf(error)}; see the logs in ${logs}`);
		});
	// Only an S3 that is not the stack's own can know it.
	if (options.abandoned) await api.cancel(samplingId(options.abandoned)).catch(() => {});
	const { id } = await patiently(() => api.start(options.request));
	const statusNow = () => patiently(() => api.status(id));
	// Queues that are not the stack's own still hide what the workers of a former start had received.
	const isHidden = options.goesOn && Boolean(process.env.AWS_ENDPOINT_URL_SQS);
	const { state } = await statusNow();
	if (state !== 'completed' && (state !== 'running' || isHidden)) await patiently(() => api.retry(id));
	let quiet = { since: Date.now(), seen: '', waitMs: quietMs };
	try {
		for (;;) {
			const status = await statusNow();
			options.progress.show(status);
			if (status.state !== 'running') {
				await untilQuiet(stack);
				await keepKnown();
				// What was running has finished its chunk, and counts.
				return { status: await statusNow(), seconds: Math.round(clock.seconds() * 10) / 10 };
			}
			clock.keep();
			const seen = JSON.stringify(status);
			if (seen !== quiet.seen) quiet = { since: Date.now(), seen, waitMs: quietMs };
			// A step that is running is not lost, even if it keeps failing: a second copy would only take turns with the first.
			else if (stack.busy(workers) > 0) quiet.since = Date.now();
			else if (Date.now() - quiet.since > quiet.waitMs) {
				// What a worker held that died would come back much later.
				await patiently(() => api.retry(id));
				quiet = { since: Date.now(), seen, waitMs: 2 * quiet.waitMs };
			}
			await new Promise(resolve => setTimeout(resolve, pollMs));
		}
	} finally {
		options.progress.end();
	}
};

/** Waits for what is still running behind a sampling's end, such as that its destination is told, but not for ever. */
const untilQuiet = async (stack: LocalStack): Promise<void> => {
	const deadline = Date.now() + longestDrainMs;
	for (let quiet = 0; quiet < quietPolls && Date.now() < deadline; quiet = stack.busy() === 0 ? quiet + 1 : 0)
		await new Promise(resolve => setTimeout(resolve, drainPollMs));
};
