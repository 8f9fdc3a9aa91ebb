import { leasePatienceMs, underLease } from '#shared/aws/lease.ts';
import { FramefanError } from '#shared/errors.ts';
import { endSampling, hasEnded, readDocument, readRecord } from '#shared/sampling/documents.ts';
import { type Attempt, keys } from '#shared/sampling/keys.ts';
import { destinationSchema } from '#shared/sampling/outcome.ts';
import { addSummaries, emptySummary, type Fault, type Summary } from '#shared/sampling/summary.ts';
import { destinationData, writeDestinationData } from './destination-data.ts';
import type { ReducePorts } from './ports.ts';
import { writeReport } from './write-report.ts';

/**
 * Records the completion in the destination project's custom data, writes the report, and ends the sampling. In this
 * order, so that after a crash the next recount does the same again.
 */
export async function completeSampling(ports: ReducePorts, at: Attempt, summary: Summary): Promise<void> {
	const { store, leaseMs } = ports;
	const destination = await readDocument(store, keys.destination(at.sampling), destinationSchema);
	if (!destination) throw new FramefanError(`Sampling ${at.sampling} is complete but has no destination`);
	const record = await readRecord(store, at.sampling);
	const lease = { ms: leaseMs, patienceMs: leasePatienceMs };
	const isOurs = await underLease(store, keys.projectLease(destination.id), lease, async () => {
		// Two recounts may find the same completion; one of them records it.
		if (await hasEnded(store, at)) return false;
		const finishedAt = new Date().toISOString();
		const stateOf = ({ faultCount }: Summary) => (faultCount > 0 ? 'completed_with_faults' : 'completed');
		const recorded = { state: stateOf(summary), reason: null, finishedAt } as const;
		const refusal = await writeDestinationData(ports, destination.id, destinationData(at, record, recorded, summary));
		// A reader of the destination alone would wait forever: recorded as a fault, so that a retry writes it again.
		const faults: Fault[] = refusal === undefined ? [] : [{ reason: 'refused', message: refusal }];
		const whole = addSummaries([summary, { ...emptySummary, faultCount: faults.length, faults }]);
		const state = stateOf(whole);
		await writeReport(store, at, { state, finishedAt, faulty: summary.faultCount > 0, faults });
		return endSampling(store, at, { state, reason: null, summary: whole });
	});
	// If another end came first, such as a cancel, that one still has to be recorded.
	if (isOurs) await store.remove(keys.open(at));
}
