import * as z from 'zod';

const actionSchema = z.union([
	z.strictObject({ status: z.number().int().min(400).max(599), retryAfter: z.number().int().min(0).optional() }),
	z.strictObject({ delayMs: z.number().min(0).max(600_000) }),
	z.strictObject({ cutBody: z.literal(true) }),
	z.strictObject({ refuseRanges: z.literal(true) }),
	z.strictObject({ reset: z.literal(true) }),
]);

export const faultRulesSchema = z.array(
	z.strictObject({
		match: z.string(),
		share: z.number().min(0).max(1),
		seed: z.number().int().optional(),
		action: actionSchema,
	}),
);

/**
 * A rule for injected faults. `match` is an endpoint (`images.bulk.upload`), `files` for file URLs, or `*`. Of the
 * matching requests, the `share` (0 to 1) gets the fault. The choice is repeatable: it depends on `seed` only.
 *
 * - `status` answers without doing anything, after the body was taken; `retryAfter` (seconds) adds the header.
 * - `delayMs` waits first. The delays of several rules add up.
 * - `cutBody` executes the request, then closes the connection in the middle of the answer.
 * - `refuseRanges` ignores `Range`, like a server that does not support it.
 * - `reset` breaks the connection without an answer, and does not execute the request.
 */
export type FaultRule = {
	match: string;
	share: number;
	seed?: number | undefined;
	action:
		| { status: number; retryAfter?: number | undefined }
		| { delayMs: number }
		| { cutBody: true }
		| { refuseRanges: true }
		| { reset: true };
};

/** All faults to inject into one request. */
export type InjectedFault = {
	delayMs: number;
	status?: { status: number; retryAfter?: number | undefined };
	cutBody: boolean;
	refuseRanges: boolean;
	reset: boolean;
};

/** The rules in force. */
export class Faults {
	#rules: { rule: FaultRule; draw: () => number }[] = [];

	set(rules: FaultRule[]): void {
		this.#rules = rules.map(rule => ({ rule, draw: generator(rule.seed ?? 1) }));
	}

	rules(): FaultRule[] {
		return this.#rules.map(each => each.rule);
	}

	/** Draws the faults to inject into the next request to an endpoint. */
	next(endpoint: string): InjectedFault {
		const injected: InjectedFault = { delayMs: 0, cutBody: false, refuseRanges: false, reset: false };
		for (const { rule, draw } of this.#rules) {
			if (rule.match !== '*' && rule.match !== endpoint) continue;
			if (draw() >= rule.share) continue;
			const { action } = rule;
			if ('delayMs' in action) injected.delayMs += action.delayMs;
			else if ('status' in action) injected.status ??= action;
			else if ('cutBody' in action) injected.cutBody = true;
			else if ('refuseRanges' in action) injected.refuseRanges = true;
			else injected.reset = true;
		}
		return injected;
	}
}

/** The mulberry32 generator: numbers in [0, 1) that depend on nothing but the seed. */
function generator(seed: number): () => number {
	let state = seed | 0;
	return () => {
		state = (state + 0x6d2b79f5) | 0;
		let mixed = Math.imul(state ^ (state >>> 15), state | 1);
		mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
	};
}
