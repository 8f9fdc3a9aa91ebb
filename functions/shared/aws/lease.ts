import { z } from 'zod';
import { DeferredError } from '../errors.ts';
import { log } from '../log.ts';
import type { StateStore } from './state-store.ts';

/** `until` is in milliseconds since 1970; 0: given back. */
const leaseSchema = z.object({ holder: z.string(), until: z.number() });
type Lease = z.output<typeof leaseSchema>;

/** Times that a lease is made longer before it would run out. */
const renewalsPerLease = 4;

/** How long to wait for another that writes to the same project: its turn takes a few calls. */
export const leasePatienceMs = 10_000;

/**
 * Does something that only one at a time may do, told by a document that is created and replaced conditionally. The
 * lease is made longer while the work goes on; that of one who died runs out. The document stays.
 * @param ms how long a lease holds without being made longer
 * @param patienceMs how long to wait for one that another holds
 * @param work is told whether nobody has ever begun it before
 * @throws DeferredError when another holds the lease all that time, with the seconds until it could be had
 */
export const underLease = async <Result>(
	store: StateStore,
	key: string,
	{ ms, patienceMs = 0 }: { ms: number; patienceMs?: number },
	work: (isFirst: boolean) => Promise<Result>,
): Promise<Result> => {
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
};

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
	// An answer that was lost on the way: it was this one who created it.
	if (held.holder === wanted.holder && held.until > 0) return { isFirst: true };
	if (held.until > Date.now()) return { heldUntil: held.until };
	return (await store.replace(key, wanted, found.etag)) ? { isFirst: false } : { heldUntil: Date.now() + 1000 };
};
