import * as z from 'zod';
import { DeferredError } from '#shared/errors.ts';
import { hasEnded } from '#shared/sampling/documents.ts';
import { keys } from '#shared/sampling/keys.ts';
import { isDone } from '#shared/sampling/marker.ts';
import { isAlive } from '#shared/sampling/open.ts';
import { storedObject } from '#shared/stored-object.ts';
import type { FanOutPorts } from './ports.ts';

export const lockSchema = storedObject({
	schema: z.literal(1),
	sampling: z.string(),
	attempt: z.int().min(1),
	/** The node that fills the dataset, and its parent. */
	node: z.string(),
	parent: z.string(),
});
type DatasetLock = Omit<z.output<typeof lockSchema>, 'schema'>;

/** A sampling without progress for this many lease times no longer holds the lock. */
const leasesOfSilence = 20;

/**
 * Locks a dataset of a destination for one video of one sampling, until the video is finished, or the sampling has
 * ended or makes no progress. Without the lock, two samplings that fill the dataset at the same time would mix up their
 * images.
 * @throws DeferredError while another sampling holds the lock, to retry after one lease time
 */
export async function lockDataset(
	{ store, leaseMs }: Pick<FanOutPorts, 'store' | 'leaseMs'>,
	dataset: number,
	lock: DatasetLock,
): Promise<void> {
	const key = keys.datasetLock(dataset);
	const mine = lockSchema.encode({ schema: 1, ...lock });
	for (;;) {
		if (await store.create(key, mine)) return;
		const found = await store.read(key);
		if (!found) continue;
		const held = lockSchema.parse(found.value);
		const isMine = held.sampling === lock.sampling && held.node === lock.node;
		if (isMine && held.attempt === lock.attempt) return;
		const isOver =
			isMine ||
			(await hasEnded(store, held)) ||
			(await isDone(store, held, held.parent, held.node)) ||
			!(await isAlive(store, held, leasesOfSilence * leaseMs));
		if (!isOver) {
			throw new DeferredError(`Dataset ${dataset} is being filled by sampling ${held.sampling}`, leaseMs / 1000);
		}
		if (await store.replace(key, mine, found.etag)) return;
	}
}
