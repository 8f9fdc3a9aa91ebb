/** Base of the errors that Framefan itself raises. */
export class FramefanError extends Error {
	override readonly name: string = 'FramefanError';
}

/** Why something can't be done, as faults and reports name it. */
export type FaultReason =
	| 'not-found'
	| 'refused'
	| 'unreadable'
	| 'unsupported'
	| 'corrupt'
	| 'missing'
	| 'undecodable'
	| 'unproven'
	| 'label'
	| 'count-differs'
	| 'out-of-range'
	| 'no-such-frame'
	| 'name-taken'
	| 'other-format'
	| 'gave-up';

/** Trying again won't help: the thing becomes a fault with this reason, and the rest goes on. */
export class PermanentError extends FramefanError {
	override readonly name = 'PermanentError';
	readonly reason: FaultReason;
	constructor(reason: FaultReason, message: string, options?: ErrorOptions) {
		super(message, options);
		this.reason = reason;
	}
}

/** Nothing of this sampling can be done: it ends as `failed` with this message, for a person to read. */
export class SamplingFailure extends FramefanError {
	override readonly name = 'SamplingFailure';
}

/** Another does this very thing now: to be asked again after so many seconds. */
export class DeferredError extends FramefanError {
	override readonly name = 'DeferredError';
	readonly seconds: number;
	constructor(message: string, seconds: number) {
		super(message);
		this.seconds = seconds;
	}
}

/** It may pass: to be tried again, not before so many seconds where the other side has said so. */
export class TransientError extends FramefanError {
	override readonly name: string = 'TransientError';
	readonly seconds: number;
	constructor(message: string, retryAfter: string | null) {
		super(message);
		this.seconds = secondsUntil(retryAfter);
	}
}

/** A `Retry-After` header: seconds or a date (RFC 9110, 10.2.3); 0 for none. */
const secondsUntil = (retryAfter: string | null): number => {
	if (!retryAfter) return 0;
	const seconds = /^\d+$/.test(retryAfter.trim()) ? Number(retryAfter) : (Date.parse(retryAfter) - Date.now()) / 1000;
	return Number.isFinite(seconds) ? Math.max(0, seconds) : 0;
};

/** The text of anything thrown, with that of its cause. Some errors have no text, only a code. */
export const messageOf = (error: unknown): string => {
	if (!(error instanceof Error)) return String(error);
	const text = error.message || (error as NodeJS.ErrnoException).code || error.name;
	return error.cause instanceof Error ? `${text} (${messageOf(error.cause)})` : text;
};
