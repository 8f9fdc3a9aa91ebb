import type { StateStore } from '#shared/aws/state-store.ts';

/** Longer than any call that is made under a lease may take. */
const leaseMs = 120_000;

/**
 * Does something that only one at a time may do, told by a document that is created and replaced conditionally.
 * The lease of one who died runs out.
 * @returns what the work gives, or undefined when another holds the lease
 */
export const underLease = async <Result>(
	store: StateStore,
	key: string,
	work: () => Promise<Result>,
): Promise<{ result: Result } | undefined> => {
	const mine = { holder: crypto.randomUUID(), until: Date.now() + leaseMs };
	if (!(await store.create(key, mine))) {
		const held = await store.read(key);
		if (held && (held.value as { until: number }).until > Date.now()) return undefined;
		const taken = held ? await store.replace(key, mine, held.etag) : await store.create(key, mine);
		if (!taken) return undefined;
	}
	try {
		return { result: await work() };
	} finally {
		await store.remove(key);
	}
};
