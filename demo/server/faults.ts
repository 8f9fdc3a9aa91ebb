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
 * What goes wrong on purpose. `match` is an endpoint (`images.bulk.upload`), `files` for file URLs, or `*`. Of the requests that match, the
 * `share` (0 to 1) is hit, chosen by a generator that `seed` makes repeatable: the n-th matching request is hit or not, whatever else happens.
 *
 * - `status` answers without doing anything, after the body was taken; `retryAfter` (seconds) adds the header.
 * - `delayMs` waits first. Rules add up.
 * - `cutBody` executes the request, then closes the connection in the middle of the answer.
 * - `refuseRanges` ignores `Range`, as a server does that does not know it.
 * - `reset` breaks the connection without an answer, nothing being done.
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

/** All that is to go wrong with one request. */
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
