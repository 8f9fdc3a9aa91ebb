import type { Context } from 'aws-lambda';

/**
 * A signal that aborts `earlyMs` before the function's time limit, so that the function can stop its work and return
 * its message itself: middy's own early timeout ends the invocation without waiting.
 */
export function deadlineOf(context: Pick<Context, 'getRemainingTimeInMillis'>, earlyMs: number): AbortSignal {
	const controller = new AbortController();
	const stop = () => controller.abort(new Error("The function's time limit was reached before the work was done"));
	setTimeout(stop, Math.max(0, context.getRemainingTimeInMillis() - earlyMs)).unref();
	return controller.signal;
}
