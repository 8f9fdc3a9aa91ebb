import { PermanentError, SamplingFailure } from './errors.ts';

/**
 * HTTP statuses that pass: request timeout, too early, too many requests, client closed, and what proxies and
 * overloaded servers say. The same list as the SDK's, and 425. Everything else from 400 on stays as it is.
 */
const transientStatuses = new Set([408, 425, 429, 499, 500, 502, 503, 504, 509, 598, 599]);

export const isTransientStatus = (status: number): boolean => transientStatuses.has(status);

/**
 * Whether trying again can help. Only what is known to be permanent is: an error that nobody foresaw is tried again
 * and ends, if it stays, as a dead letter that a person can look at.
 */
export const isTransient = (error: unknown): boolean =>
	!(error instanceof PermanentError || error instanceof SamplingFailure);
