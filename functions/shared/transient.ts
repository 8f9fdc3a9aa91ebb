import { PermanentError, SamplingFailure } from './errors.ts';

/**
 * HTTP statuses of transient errors: request timeout, too early, too many requests, client closed, and those of proxies
 * and overloaded servers. The SDK's list plus 425. All others from 400 on are permanent.
 */
const transientStatuses = new Set([408, 425, 429, 499, 500, 502, 503, 504, 509, 598, 599]);

export function isTransientStatus(status: number): boolean {
	return transientStatuses.has(status);
}

/**
 * Whether a retry can't help. Unknown errors count as transient: if they persist, the message ends as a dead letter that
 * can be inspected.
 */
export function isPermanent(error: unknown): error is PermanentError | SamplingFailure {
	return error instanceof PermanentError || error instanceof SamplingFailure;
}
