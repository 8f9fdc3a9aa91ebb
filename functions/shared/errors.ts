/**
 * Base of the errors that Framefan itself raises. The message says in one line what is wrong, with the value, and what to
 * do.
 * @example
 * ```ts
 * import { FramefanError, SuperviselyClient, sampleVideoProject } from 'framefan';
 *
 * const client = new SuperviselyClient('https://app.supervisely.com', process.env.SUPERVISELY_API_TOKEN ?? '');
 * try {
 * 	await sampleVideoProject(client, 12345, { step: 10 });
 * } catch (error) {
 * 	if (!(error instanceof FramefanError)) throw error;
 * 	console.error(error.message);
 * }
 * ```
 */
export class FramefanError extends Error {
	override readonly name: string = 'FramefanError';
}

/** The reason of a fault, as in the report. */
export type FaultReason =
	| 'not-found'
	| 'refused'
	| 'unreadable'
	| 'unsupported'
	| 'corrupt'
	| 'missing'
	| 'undecodable'
	| 'label'
	| 'no-such-frame'
	| 'name-taken'
	| 'other-format'
	| 'over-limit'
	| 'gave-up';

/** Retrying won't help: the work becomes a fault with this reason, and the rest continues. */
export class PermanentError extends FramefanError {
	override readonly name = 'PermanentError';
	readonly reason: FaultReason;
	constructor(reason: FaultReason, message: string, options?: ErrorOptions) {
		super(message, options);
		this.reason = reason;
	}
}

/** The whole sampling is impossible: it ends as `failed` with this message. */
export class SamplingFailure extends FramefanError {
	override readonly name = 'SamplingFailure';
}

/** Not a failure: the work is locked or continues later. It is retried after `seconds`, without counting as a try. */
export class DeferredError extends FramefanError {
	override readonly name = 'DeferredError';
	readonly seconds: number;
	constructor(message: string, seconds: number) {
		super(message);
		this.seconds = seconds;
	}
}

/** A temporary failure: to be retried, not before `seconds` if the server has sent `Retry-After`. */
export class TransientError extends FramefanError {
	override readonly name: string = 'TransientError';
	readonly seconds: number;
	constructor(message: string, retryAfter: string | null) {
		super(message);
		this.seconds = secondsUntil(retryAfter);
	}
}

/** The server limits the rate of calls (429). */
export class TooManyRequests extends TransientError {
	override readonly name = 'TooManyRequests';
}

/** The error of an answer whose status is transient. @param retryAfter its `Retry-After` header */
export function transientAnswer(status: number, message: string, retryAfter: string | null): TransientError {
	return new (status === 429 ? TooManyRequests : TransientError)(message, retryAfter);
}

/** A `Retry-After` header: seconds or a date (RFC 9110, 10.2.3); 0 if there is none. */
const secondsUntil = (retryAfter: string | null): number => {
	if (!retryAfter) return 0;
	const seconds = /^\d+$/.test(retryAfter.trim()) ? Number(retryAfter) : (Date.parse(retryAfter) - Date.now()) / 1000;
	return Number.isFinite(seconds) ? Math.max(0, seconds) : 0;
};

/** The message of anything thrown, with its cause. Some errors have no message, only a code. */
export function messageOf(error: unknown): string {
	if (!(error instanceof Error)) return String(error);
	const text = error.message || (error as NodeJS.ErrnoException).code || error.name;
	return error.cause instanceof Error ? `${text} (${messageOf(error.cause)})` : text;
}
