import * as z from 'zod';
import { DeferredError } from '../errors.ts';
import { log } from '../log.ts';
import type { StateStore } from '../state-store.ts';

/** `until`: epoch milliseconds; 0: released. */
export const leaseSchema = z.object({ holder: z.string(), until: z.number() });
type Lease = z.output<typeof leaseSchema>;

/** Renewals of a lease before it would expire. */
const renewalsPerLease = 4;

/** How long to wait for a lease that is held briefly, such as by another writer of the same project. */
export const leasePatienceMs = 10_000;

/**
 * Runs work under an exclusive lease: a document that is created and replaced conditionally. The lease is renewed while
 * the work runs; the lease of a crashed worker expires. The document stays.
 * @param ms how long the lease lasts without renewal
 * @param patienceMs how long to wait for a lease that another worker holds
 * @param work gets whether the lease was never held before
 * @throws DeferredError when another worker holds the lease all that time, with the seconds until it expires
 */
export async function underLease<Result>(
	store: StateStore,
	key: string,
	{ ms, patienceMs = 0 }: { ms: number; patienceMs?: number },
	work: (isFirst: boolean) => Promise<Result>,
): Promise<Result> {
	const holder = crypto.randomUUID();
	const mine = () => ({ holder, until: Date.now() + ms });
	const deadline = Date.now() + patienceMs;
	let taken = await take(store, key, mine);
	for (; 'heldUntil' in taken; taken = await take(store, key, mine)) {
		if (Date.now() >= deadline) {
			throw new DeferredError(`${key} is locked by another worker`, Math.max(1, (taken.heldUntil - Date.now()) / 1000));
		}
		await new Promise(resolve => setTimeout(resolve, 200));
	}
	const update = async (value: Lease) => {
		const found = await store.read(key);
		if (found && leaseSchema.parse(found.value).holder === holder) await store.replace(key, value, found.etag);
	};
	let renewal: Promise<void> = Promise.resolve();
	const renewing = setInterval(() => {
		renewal = update(mine()).catch(error => log.warn('Lease could not be renewed', { key, error }));
	}, ms / renewalsPerLease);
	try {
		return await work(taken.isFirst);
	} finally {
		clearInterval(renewing);
		await renewal;
		await update({ holder, until: 0 }).catch(error => log.warn('Lease could not be released', { key, error }));
	}
}

/** Ends a lease whose holder is known to be dead. */
export async function endLease(store: StateStore, key: string): Promise<void> {
	const found = await store.read(key);
	const held = found && leaseSchema.parse(found.value);
	if (found && held && held.until > Date.now()) await store.replace(key, { ...held, until: 0 }, found.etag);
}

const take = async (
	store: StateStore,
	key: string,
	mine: () => Lease,
): Promise<{ isFirst: boolean } | { heldUntil: number }> => {
	const wanted = mine();
	if (await store.create(key, wanted)) return { isFirst: true };
	const found = await store.read(key);
	if (!found) return { heldUntil: Date.now() };
	const held = leaseSchema.parse(found.value);
	// The answer to our own create was lost: the lease is ours.
	if (held.holder === wanted.holder && held.until > 0) return { isFirst: true };
	if (held.until > Date.now()) return { heldUntil: held.until };
	return (await store.replace(key, wanted, found.etag)) ? { isFirst: false } : { heldUntil: Date.now() + 1000 };
};
