import { setTimeout } from 'node:timers/promises';
import pRetry, { AbortError } from 'p-retry';
import { TransientError } from './errors.ts';
import { measure } from './metrics.ts';
import { isPermanent } from './transient.ts';

/** Longest `Retry-After` to wait for, in seconds; longer ones are left to the queue. */
const longestWaitSeconds = 30;

/**
 * Retries work on transient errors, with delays that double, each multiplied at random by 1 to 2, and not before the
 * server's `Retry-After`. The one back-off of this project, beside that of queues (`middlewares/back-off.ts`).
 * @param options.isLast whether to stop after a failed try, counted from 1, although retries are left
 */
export function retrying<Result>(
	work: () => Promise<Result>,
	{
		isLast,
		...options
	}: {
		retries: number;
		minTimeout: number;
		maxTimeout?: number;
		signal?: AbortSignal;
		isLast?: (error: Error, tries: number) => boolean;
	},
): Promise<Result> {
	return pRetry(
		async () => {
			try {
				return await work();
			} catch (error) {
				throw isPermanent(error) ? new AbortError(error) : error;
			}
		},
		{
			...options,
			randomize: true,
			...(isLast ? { shouldRetry: ({ error, attemptNumber }) => !isLast(error, attemptNumber) } : {}),
			onFailedAttempt: async ({ error, attemptNumber, retriesLeft }) => {
				if (retriesLeft > 0 && !isLast?.(error, attemptNumber)) measure({ Retries: 1 });
				if (!(error instanceof TransientError) || error.seconds === 0) return;
				if (error.seconds > longestWaitSeconds) throw error;
				await setTimeout(error.seconds * 1000, undefined, options.signal ? { signal: options.signal } : {});
			},
		},
	);
}
