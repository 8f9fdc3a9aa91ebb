import { setTimeout } from 'node:timers/promises';
import pRetry, { AbortError } from 'p-retry';
import { PermanentError, SamplingFailure, TransientError } from './errors.ts';

/** Longest wait that a server's `Retry-After` is followed for, in seconds; a longer one is left to the queue. */
const longestWaitSeconds = 30;

/**
 * Tries work again while what it throws may pass, with growing waits, and not before a server wants it.
 * @param options.isLast whether a failed try, counted from 1, is the last one although retries are left
 */
export const retrying = <Result>(
	work: () => Promise<Result>,
	{
		isLast,
		...options
	}: {
		retries: number;
		minTimeout: number;
		maxTimeout?: number;
		signal?: AbortSignal;
		isLast?: (error: Error, attempt: number) => boolean;
	},
): Promise<Result> =>
	pRetry(
		async () => {
			try {
				return await work();
			} catch (error) {
				throw error instanceof PermanentError || error instanceof SamplingFailure ? new AbortError(error) : error;
			}
		},
		{
			...options,
			randomize: true,
			...(isLast ? { shouldRetry: ({ error, attemptNumber }) => !isLast(error, attemptNumber) } : {}),
			onFailedAttempt: async ({ error }) => {
				if (!(error instanceof TransientError) || error.seconds === 0) return;
				if (error.seconds > longestWaitSeconds) throw error;
				await setTimeout(error.seconds * 1000, undefined, options.signal ? { signal: options.signal } : {});
			},
		},
	);
