import * as z from 'zod';
import { DeferredError, messageOf, TooManyRequests } from './errors.ts';
import { log } from './log.ts';
import { keys } from './sampling/keys.ts';
import type { StateStore } from './state-store.ts';
import { storedObject } from './stored-object.ts';
import { isPermanent } from './transient.ts';

/**
 * The circuit breaker of a Supervisely server that is away, shared by all functions; times are in epoch milliseconds.
 * `since`: when the outage began; 0: the server is not away. `endedAt`: when the last outage ended. `openUntil`: when the
 * server is asked again. `tries`: how often it was asked.
 */
export const outageSchema = storedObject({
	schema: z.literal(1),
	since: z.number(),
	endedAt: z.number(),
	openUntil: z.number(),
	tries: z.number(),
	why: z.string(),
});
export type Outage = z.output<typeof outageSchema>;

/** Checks whether the server answers. @returns undefined when it does; else why not, and its `Retry-After` */
export type Probe = () => Promise<{ why: string; seconds: number } | undefined>;

export type CircuitBreaker = {
	/** The present outage, if there is one that work waits for. */
	outage(): Promise<Outage | undefined>;
	/**
	 * Does work that calls the server, unless it is away.
	 * @throws DeferredError while the server is away, and after work that it has refused with 429: the work is done later and no
	 * delivery counts as failed. Else what the work throws
	 */
	run<Result>(work: () => Promise<Result>): Promise<Result>;
};

/** Seconds between the first two probes; then doubled each time. */
const firstWait = 15;

/** How long a sandbox caches what it has read. */
const cachedMs = 3000;

/** An outage whose server was not asked for this long counts as over, as when no sampling was running. */
const staleMs = 1_800_000;

/** Whether an outage goes on, as far as is known. */
export function isPresent({ since, openUntil }: Outage): boolean {
	return since > 0 && Date.now() < openUntil + staleMs;
}

/** Seconds until work is tried again, if the outage that made it fail is already over. */
const waitAfter = 2;

/** Shortest wait after a 429, in seconds. */
const waitWhenBusy = 20;

/**
 * @param store state that all functions share; while it fails, the breaker does nothing
 * @param longestWait seconds between two probes at most
 * @param longestOutageMs after this time, failures count again: work is given up as if there was no breaker
 */
export function makeCircuitBreaker(
	store: Pick<StateStore, 'read' | 'create' | 'replace'>,
	probe: Probe,
	{ longestWait, longestOutageMs }: { longestWait: number; longestOutageMs: number },
): CircuitBreaker {
	let known: { outage: Outage | undefined; at: number } | undefined;

	const read = async (): Promise<{ outage: Outage | undefined; endedAt: number; etag?: string }> => {
		const found = await store.read(keys.outage);
		if (!found) return { outage: undefined, endedAt: 0 };
		const last = outageSchema.safeParse(found.value).data;
		const outage = last && isPresent(last) ? last : undefined;
		return { outage, endedAt: last?.endedAt ?? 0, etag: found.etag };
	};
	const write = async (outage: Outage, etag: string | undefined): Promise<void> => {
		// If another function was faster, its document counts, and is found by the next read.
		await (etag === undefined ? store.create(keys.outage, outage) : store.replace(keys.outage, outage, etag));
		known = undefined;
	};
	const current = async (): Promise<Outage | undefined> => {
		if (!known || Date.now() - known.at > cachedMs) known = { outage: (await read()).outage, at: Date.now() };
		return known.outage;
	};
	/** Asks the server, and stores the answer for all functions. @returns the outage that goes on or begins */
	const ask = async (): Promise<Outage | undefined> => {
		const [answer, { outage, etag }] = await Promise.all([probe(), read()]);
		const now = Date.now();
		if (!answer) {
			if (!outage) return undefined;
			log.info('The Supervisely server answers again', { away: `${Math.round((now - outage.since) / 1000)} s` });
			await write({ ...outage, since: 0, endedAt: now, openUntil: 0, tries: 0 }, etag);
			return undefined;
		}
		if (outage && outage.openUntil > now) return outage;
		const tries = (outage?.tries ?? 0) + 1;
		const wait = Math.max(answer.seconds, Math.min(longestWait, firstWait * 2 ** (tries - 1)));
		const since = outage?.since ?? now;
		const next: Outage = { schema: 1, since, endedAt: 0, openUntil: now + wait * 1000, tries, why: answer.why };
		log.warn('The Supervisely server is away: work on it waits', {
			...{ why: answer.why, since: new Date(since).toISOString(), seconds: wait },
		});
		await write(next, etag);
		return next;
	};
	const isOver = (outage: Outage): boolean => Date.now() - outage.since > longestOutageMs;
	const deferred = ({ openUntil, why, since }: Outage): DeferredError => {
		const seconds = Math.max(1, (openUntil - Date.now()) / 1000);
		const from = new Date(since).toISOString();
		// Longer at random, so that not all messages come back at the same moment.
		return new DeferredError(
			`The Supervisely server has been away since ${from}: ${why}`,
			seconds * (1 + Math.random() * 0.5),
		);
	};
	/** The outage because of which the server must not be called now; none if the state can't be read. */
	const inTheWay = async (look: () => Promise<Outage | undefined>): Promise<Outage | undefined> => {
		const outage = await look().catch(error => {
			log.warn('The state of the Supervisely server could not be read', { error });
			return undefined;
		});
		return outage && !isOver(outage) ? outage : undefined;
	};

	return {
		outage: () => inTheWay(current),
		run: async work => {
			const before = await inTheWay(async () => {
				const outage = await current();
				return outage && outage.openUntil <= Date.now() ? ask() : outage;
			});
			if (before) throw deferred(before);
			const startedAt = Date.now();
			try {
				return await work();
			} catch (error) {
				if (error instanceof DeferredError || isPermanent(error)) throw error;
				if (error instanceof TooManyRequests)
					throw new DeferredError(error.message, Math.max(error.seconds, waitWhenBusy) * (1 + Math.random() * 0.5));
				const outage = await inTheWay(ask);
				if (outage) throw deferred(outage);
				const endedAt = await read().then(
					last => last.endedAt,
					() => 0,
				);
				throw endedAt > startedAt
					? new DeferredError(`The Supervisely server was away in the meantime: ${messageOf(error)}`, waitAfter)
					: error;
			}
		},
	};
}
