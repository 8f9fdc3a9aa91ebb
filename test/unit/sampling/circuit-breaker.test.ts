import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { makeMemoryStore } from '#library/memory-store.ts';
import { makeCircuitBreaker, type Probe } from '#shared/circuit-breaker.ts';
import { DeferredError, PermanentError, TransientError, transientAnswer } from '#shared/errors.ts';

const hour = 3_600_000;
const begin = Date.parse('2026-11-01T12:00:00Z');
beforeEach(() => vi.useFakeTimers({ now: begin }));
afterEach(() => void vi.useRealTimers());

/** A server that can be away, a state, and breakers of any number of sandboxes. */
const world = () => {
	const server = { isAway: true, seconds: 0, probes: 0 };
	const probe: Probe = async () => {
		server.probes++;
		return server.isAway ? { why: 'it answers 503', seconds: server.seconds } : undefined;
	};
	const store = makeMemoryStore();
	const sandbox = (of = store) => makeCircuitBreaker(of, probe, { longestWait: 300, longestOutageMs: 6 * hour });
	return { server, store, sandbox };
};
const unanswered = () => Promise.reject(new TransientError('images.bulk.add answered 503', null));
const errorOf = (work: Promise<unknown>): Promise<unknown> => work.then(() => undefined).catch(error => error);

test('work that the server is away for is deferred in all sandboxes until it answers', async () => {
	const { server, sandbox } = world();
	const [first, second] = [sandbox(), sandbox()];
	const error = await errorOf(first.run(unanswered));
	expect(error).toBeInstanceOf(DeferredError);
	expect((error as DeferredError).message).toBe(
		'The Supervisely server has been away since 2026-11-01T12:00:00.000Z: it answers 503',
	);
	expect((error as DeferredError).seconds).toBeGreaterThanOrEqual(15);
	expect((error as DeferredError).seconds).toBeLessThan(23);
	let calls = 0;
	const work = async () => ++calls;
	for (const breaker of [first, second]) expect(await errorOf(breaker.run(work))).toBeInstanceOf(DeferredError);
	expect({ calls, probes: server.probes }).toEqual({ calls: 0, probes: 1 });

	// When the time is over, one cheap question is asked before any work.
	vi.setSystemTime(begin + 16_000);
	expect(await errorOf(second.run(work))).toBeInstanceOf(DeferredError);
	expect({ calls, probes: server.probes }).toEqual({ calls: 0, probes: 2 });
	server.isAway = false;
	vi.setSystemTime(begin + 60_000);
	expect(await second.run(work)).toBe(1);
	vi.setSystemTime(begin + 64_000);
	expect(await first.run(work)).toBe(2);
	expect(await first.outage()).toBeUndefined();
});

test('an outage of six hours is asked about ever less often, and what comes after is its own', async () => {
	const { server, sandbox } = world();
	const breaker = sandbox();
	for (let at = begin; at < begin + 6 * hour; at += 1000) {
		vi.setSystemTime(at);
		expect(await errorOf(breaker.run(unanswered))).toBeInstanceOf(DeferredError);
	}
	// After 15, 30, 60, 120 and 240 seconds, and then every 300.
	expect(server.probes).toBeLessThan(6 + (6 * hour) / 300_000 + 3);
	vi.setSystemTime(begin + 6 * hour + 400_000);
	expect(await errorOf(breaker.run(unanswered))).toBeInstanceOf(TransientError);
	expect(await breaker.outage()).toBeUndefined();

	server.isAway = false;
	vi.setSystemTime(begin + 7 * hour);
	expect(await breaker.run(async () => 'done')).toBe('done');
	server.isAway = true;
	vi.setSystemTime(begin + 8 * hour);
	expect(await errorOf(breaker.run(unanswered))).toBeInstanceOf(DeferredError);
	expect(await breaker.outage()).toMatchObject({ since: begin + 8 * hour, tries: 1 });
});

test('work that an outage has disturbed is deferred, too, when the outage is over by then', async () => {
	const { server, sandbox } = world();
	const [first, second] = [sandbox(), sandbox()];
	const slow = second.run(async () => {
		await new Promise(resolve => setTimeout(resolve, 60_000));
		return unanswered();
	});
	const error = errorOf(slow);
	await errorOf(first.run(unanswered));
	server.isAway = false;
	vi.setSystemTime(begin + 30_000);
	expect(await first.run(async () => 'done')).toBe('done');
	await vi.advanceTimersByTimeAsync(60_000);
	expect(await error).toBeInstanceOf(DeferredError);
	expect(await errorOf(second.run(unanswered))).toBeInstanceOf(TransientError);
});

test('a failure that is not of the server, or no failure, stays what it is', async () => {
	const { server, sandbox } = world();
	server.isAway = false;
	const breaker = sandbox();
	for (const error of [new TransientError('ffmpeg was killed by SIGKILL', null), new Error('S3 is away')])
		expect(await errorOf(breaker.run(() => Promise.reject(error)))).toBe(error);
	expect(await breaker.outage()).toBeUndefined();
	server.isAway = true;
	for (const error of [new PermanentError('refused', 'no'), new DeferredError('locked', 3)])
		expect(await errorOf(breaker.run(() => Promise.reject(error)))).toBe(error);
	expect(server.probes).toBe(2);
});

test('a server with too much to do is left alone as long as it asks, and no delivery counts', async () => {
	const { server, sandbox } = world();
	const busy = (retryAfter: string | null) => () => Promise.reject(transientAnswer(429, 'too many', retryAfter));
	const waits = async (retryAfter: string | null) =>
		((await errorOf(sandbox().run(busy(retryAfter)))) as DeferredError).seconds;
	expect(await waits('120')).toBeGreaterThanOrEqual(120);
	expect(await waits(null)).toBeGreaterThanOrEqual(20);
	expect(server.probes).toBe(0);
});

test('an outage that nobody has asked about for long is not that of a later failure', async () => {
	const { sandbox } = world();
	const breaker = sandbox();
	await errorOf(breaker.run(unanswered));
	vi.setSystemTime(begin + 72 * hour);
	expect(await breaker.outage()).toBeUndefined();
	expect(await errorOf(breaker.run(unanswered))).toBeInstanceOf(DeferredError);
	expect(await breaker.outage()).toMatchObject({ since: begin + 72 * hour });
});

test("the server's Retry-After is obeyed by the probes", async () => {
	const { server, sandbox } = world();
	server.seconds = 1000;
	const breaker = sandbox();
	await errorOf(breaker.run(unanswered));
	vi.setSystemTime(begin + 999_000);
	await errorOf(breaker.run(unanswered));
	expect(server.probes).toBe(1);
});

test('a state that fails forbids nothing, and hides no error', async () => {
	const { sandbox, store } = world();
	const away = () => Promise.reject(new Error('S3 is away'));
	const breaker = sandbox({ ...store, read: away, create: away, replace: away });
	expect(await breaker.run(async () => 'done')).toBe('done');
	expect(await errorOf(breaker.run(unanswered))).toBeInstanceOf(TransientError);
});
