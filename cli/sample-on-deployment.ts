import { FramefanError, messageOf, PermanentError } from '#shared/errors.ts';
import { retrying } from '#shared/retrying.ts';
import type { SamplingRequestInput } from '#shared/sampling/request.ts';
import type { SamplingStatus } from '../functions/api/schemas.ts';
import type { ApiClient } from './api-client.ts';
import type { ProgressDisplay } from './progress.ts';

/** How often the status is asked for: often at first, since a small sampling ends within seconds. */
const pollMs = { first: 250, growth: 1.3, longest: 2000 };
/** Calls that fail are repeated for about 4 minutes; meanwhile the sampling goes on. */
const repeated = { retries: 12, minTimeout: 500, maxTimeout: 30_000 };

/**
 * Starts a sampling of a deployment and follows it to its end.
 * @param onStart called with its id once it has started
 * @returns its status, and the seconds it took
 * @throws PermanentError when it is refused; FramefanError when the deployment can't be reached
 */
export async function sampleOnDeployment(
	api: ApiClient,
	request: SamplingRequestInput,
	{ progress, onStart }: { progress: ProgressDisplay; onStart: (id: string) => void },
): Promise<{ status: SamplingStatus; seconds: number }> {
	const started = performance.now();
	const call = <Answer>(ask: () => Promise<Answer>): Promise<Answer> =>
		retrying(ask, { ...repeated, isLast: error => error instanceof PermanentError });
	// A repeated request with the same client token finds the sampling of the first one.
	const whole = { ...request, clientToken: crypto.randomUUID() };
	const { id } = await call(() => api.start(whole));
	onStart(id);
	try {
		for (let waitMs = pollMs.first; ; waitMs = Math.min(pollMs.growth * waitMs, pollMs.longest)) {
			const status = await call(() => api.status(id)).catch(error => {
				throw new FramefanError(`Sampling ${id} goes on, but it can't be followed: ${messageOf(error)}`);
			});
			progress.show(status);
			if (status.state !== 'running') return { status, seconds: Math.round((performance.now() - started) / 100) / 10 };
			await new Promise(resolve => setTimeout(resolve, waitMs));
		}
	} finally {
		progress.end();
	}
}
