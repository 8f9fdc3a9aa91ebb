import { z } from 'zod';
import { Busy } from '#shared/errors.ts';
import { hasEnded } from '#shared/sampling/documents.ts';
import { keys } from '#shared/sampling/keys.ts';
import { isDone } from '#shared/sampling/marker.ts';
import { isAlive } from '#shared/sampling/open.ts';
import type { FanOutPorts } from './ports.ts';

const claimSchema = z.strictObject({
	schema: z.literal(1),
	sampling: z.string(),
	attempt: z.int().min(1),
	/** The node that fills the dataset, and the one above it. */
	node: z.string(),
	parent: z.string(),
});
type Claim = Omit<z.output<typeof claimSchema>, 'schema'>;

/** A sampling of which nothing was heard for so many leases fills nothing any more. */
const leasesOfSilence = 20;

/**
 * Makes a dataset of a destination the business of one video of one sampling until that has filled it, has ended or is
 * silent: of two that fill it at the same time each would take the other's images for its own.
 * @throws Busy while another fills it, to be asked again after the time of a lease
 */
export const claimDataset = async (
	{ store, leaseMs }: Pick<FanOutPorts, 'store' | 'leaseMs'>,
	dataset: number,
	claim: Claim,
): Promise<void> => {
	const key = keys.datasetClaim(dataset);
	const mine = claimSchema.encode({ schema: 1, ...claim });
	for (;;) {
		if (await store.create(key, mine)) return;
		const found = await store.read(key);
		if (!found) continue;
		const held = claimSchema.parse(found.value);
		const isMine = held.sampling === claim.sampling && held.node === claim.node;
		if (isMine && held.attempt === claim.attempt) return;
		const isOver =
			isMine ||
			(await hasEnded(store, held)) ||
			(await isDone(store, held, held.parent, held.node)) ||
			!(await isAlive(store, held, leasesOfSilence * leaseMs));
		if (!isOver) {
			throw new Busy(`Dataset ${dataset} is being filled by sampling ${held.sampling}`, leaseMs / 1000);
		}
		if (await store.replace(key, mine, found.etag)) return;
	}
};
