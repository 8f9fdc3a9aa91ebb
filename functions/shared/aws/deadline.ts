import type { Context } from 'aws-lambda';

/**
 * Aborts so many milliseconds before a function's time is up, so that its work can be ended and its message handed back
 * by the function itself: middy's own early timeout ends the invocation without waiting for either.
 */
export const deadlineOf = (context: Pick<Context, 'getRemainingTimeInMillis'>, earlyMs: number): AbortSignal => {
	const controller = new AbortController();
	const stop = () => controller.abort(new Error("The function's time limit was reached before the work was done"));
	setTimeout(stop, Math.max(0, context.getRemainingTimeInMillis() - earlyMs)).unref();
	return controller.signal;
};
