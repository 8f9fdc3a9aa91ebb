import { leasePatienceMs, underLease } from '#shared/aws/lease.ts';
import { currentAttempt, readDocument, readOutcome, readRecord } from '#shared/sampling/documents.ts';
import { type Attempt, keys } from '#shared/sampling/keys.ts';
import { destinationSchema, type Outcome, type Progress, progressSchema } from '#shared/sampling/outcome.ts';
import { destinationData, writeDestinationData } from './destination-data.ts';
import type { ReducePorts } from './ports.ts';
import { maxCounts, summarizeOpen } from './summarize-open.ts';

/**
 * Records in the destination that an attempt was cancelled or failed as a whole. The attempt stays open until then.
 * Running chunks still finish, so each later recount updates the record.
 */
export async function recordEnd(ports: ReducePorts, at: Attempt): Promise<void> {
	const { store, leaseMs } = ports;
	const outcome = (await readOutcome(store, at)) as Outcome;
	const isCompletion = outcome.state === 'completed' || outcome.state === 'completed_with_faults';
	const destination = await readDocument(store, keys.destination(at.sampling), destinationSchema);
	if (destination && !isCompletion) {
		const record = await readRecord(store, at.sampling);
		const last = await readDocument(store, keys.progress(at), progressSchema);
		const summary = maxCounts(await summarizeOpen(store, at), last?.summary);
		await store.write(keys.progress(at), { schema: 1, at: new Date().toISOString(), summary } satisfies Progress);
		const data = destinationData(at, record, outcome, summary);
		const lease = { ms: leaseMs, patienceMs: leasePatienceMs };
		await underLease(store, keys.projectLease(destination.id), lease, async () => {
			// The next attempt may have begun in the meantime: its record counts.
			const current = await currentAttempt(store, at.sampling);
			if (current.attempt === at.attempt) await writeDestinationData(ports, destination.id, data);
		});
	}
	await store.remove(keys.open(at));
}
