/**
 * Spaces the calls of one sandbox to a server that answers 429: the gap between two calls doubles with each refusal, and
 * shrinks slowly while calls are accepted, as TCP does with its window. So the load of all sandboxes together follows what
 * the server accepts. Without refusals there is no gap.
 */
export type Pace = {
	/** Waits until the next call may start. @throws the reason of an aborted signal */
	turn(signal?: AbortSignal): Promise<void>;
	/** A call was answered 429. @param seconds its `Retry-After`: no call starts before, for up to 30 s */
	refused(seconds: number): void;
	/** A call was answered otherwise. */
	accepted(): void;
};

/** In milliseconds. */
const firstGap = 100;
const longestGap = 10_000;
const longestPause = 30_000;
/** A gap below this counts as none. */
const noGap = 20;

const shrink = 0.95;

/** @param now the time in milliseconds */
export function makePace(now: () => number = Date.now): Pace {
	let gap = 0;
	let nextAt = 0;
	let pausedUntil = 0;
	let grownAt = Number.NEGATIVE_INFINITY;
	return {
		turn: async signal => {
			// Repeated if a refusal came while this call was waiting.
			do {
				const at = Math.max(now(), nextAt, pausedUntil);
				nextAt = at + gap;
				if (at > now()) await pause(at - now(), signal);
			} while (now() < pausedUntil);
		},
		refused: seconds => {
			const time = now();
			pausedUntil = Math.max(pausedUntil, time + Math.min(longestPause, seconds * 1000));
			// Calls that were sent together are refused together: that counts as one refusal.
			if (time - grownAt < gap) return;
			gap = Math.min(longestGap, Math.max(firstGap, gap * 2));
			grownAt = time;
		},
		accepted: () => {
			gap = gap * shrink < noGap ? 0 : gap * shrink;
		},
	};
}

const pause = (ms: number, signal: AbortSignal | undefined): Promise<void> =>
	new Promise((resolve, reject) => {
		signal?.throwIfAborted();
		const stop = () => {
			clearTimeout(timer);
			reject(signal?.reason);
		};
		const timer = setTimeout(() => {
			signal?.removeEventListener('abort', stop);
			resolve();
		}, ms);
		signal?.addEventListener('abort', stop, { once: true });
	});
