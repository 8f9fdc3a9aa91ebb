import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { makePace, type Pace } from '#shared/supervisely/remote/pace.ts';

beforeEach(() => vi.useFakeTimers({ now: 0 }));
afterEach(() => void vi.useRealTimers());

/** Clients that call without end for some seconds a server that takes so many calls a second, at its own speed. */
const simulate = async (paces: Pace[], { perSecond, seconds }: { perSecond: number; seconds: number }) => {
	const counts = { accepted: 0, refused: 0 };
	let [second, taken] = [0, 0];
	const answer = () => {
		const now = Math.floor(Date.now() / 1000);
		if (now !== second) [second, taken] = [now, 0];
		return ++taken <= perSecond;
	};
	const client = async (pace: Pace) => {
		for (;;) {
			await pace.turn();
			await new Promise(resolve => setTimeout(resolve, 20));
			if (answer()) {
				counts.accepted++;
				pace.accepted();
			} else {
				counts.refused++;
				pace.refused(0);
			}
		}
	};
	for (const pace of paces) void client(pace);
	await vi.advanceTimersByTimeAsync(seconds * 1000);
	vi.clearAllTimers();
	return counts;
};
const unpaced: Pace = { turn: async () => {}, refused: () => {}, accepted: () => {} };
const many = (make: () => Pace) => Array.from({ length: 10 }, make);

test('the load of ten sandboxes follows what the server bears', async () => {
	const limits = { perSecond: 50, seconds: 60 };
	const [paced, without] = [
		await simulate(many(makePace), limits),
		await simulate(
			many(() => unpaced),
			limits,
		),
	];
	// Without, nine of ten calls are refused: 500 a second come.
	expect(without.refused / without.accepted).toBeGreaterThan(8);
	expect(paced.refused / paced.accepted).toBeLessThan(0.2);
	expect(paced.accepted).toBeGreaterThan(0.8 * limits.perSecond * limits.seconds);
});

test('a server that refuses nothing is not slowed down', async () => {
	const limits = { perSecond: 1e6, seconds: 10 };
	expect(await simulate(many(makePace), limits)).toEqual(
		await simulate(
			many(() => unpaced),
			limits,
		),
	);
});

test('no call starts before Retry-After is over, and an aborted wait ends at once', async () => {
	const pace = makePace();
	pace.refused(7);
	let startedAt: number | undefined;
	void pace.turn().then(() => {
		startedAt = Date.now();
	});
	await vi.advanceTimersByTimeAsync(20_000);
	expect(startedAt).toBe(7000);
	pace.refused(25);
	const controller = new AbortController();
	const waiting = pace.turn(controller.signal).catch(error => error.name);
	controller.abort();
	expect(await waiting).toBe('AbortError');
});

test('calls that wait when another is refused wait as long as the server asks', async () => {
	const pace = makePace();
	pace.refused(0);
	const started: number[] = [];
	for (let n = 0; n < 5; n++) void pace.turn().then(() => started.push(Date.now()));
	await vi.advanceTimersByTimeAsync(50);
	pace.refused(5);
	await vi.advanceTimersByTimeAsync(20_000);
	expect(started).toHaveLength(5);
	// The first had begun.
	expect(Math.min(...started.slice(1))).toBeGreaterThanOrEqual(5050);
});
