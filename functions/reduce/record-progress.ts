import { underLease } from '#shared/aws/lease.ts';
import { DeferredError } from '#shared/errors.ts';
import { log } from '#shared/log.ts';
import { hasEnded, readDocument, readRecord } from '#shared/sampling/documents.ts';
import { type Attempt, keys } from '#shared/sampling/keys.ts';
import { destinationSchema, type Progress, progressSchema } from '#shared/sampling/outcome.ts';
import type { Summary } from '#shared/sampling/summary.ts';
import { destinationData, writeDestinationData } from './end-of-sampling.ts';
import type { ReducePorts } from './ports.ts';
import { maxCounts, summarizeOpen } from './summarize-open.ts';

/** Every n-th progress record is also written to the destination, which costs calls to the server. */
const recordsPerDestinationRecord = 4;

/** Writes the progress of a sampling, unless that was done recently; from time to time also to the destination. */
export async function recordProgress(ports: ReducePorts, at: Attempt): Promise<void> {
	const { store, progressMs } = ports;
	const key = keys.progress(at);
	const found = await store.read(key);
	const last = found && progressSchema.parse(found.value);
	if (last && Date.now() - Date.parse(last.at) < progressMs) return;
	// Of many simultaneous recounts, only one writes the progress.
	const now = new Date().toISOString();
	if (found && !(await store.replace(key, { ...last, at: now }, found.etag))) return;
	const summary = maxCounts(await summarizeOpen(store, at), last?.summary);
	const inDestination = (last?.inDestination ?? 0) + 1;
	const isDue = inDestination >= recordsPerDestinationRecord;
	const progress: Progress = {
		...last,
		...{ schema: 1, at: new Date().toISOString(), summary },
		inDestination: isDue ? 0 : inDestination,
	};
	await store.write(keys.progress(at), progress);
	// Not worth a redelivery: the next recount writes newer progress.
	if (isDue)
		await writeProgressToDestination(ports, at, summary).catch(error =>
			log.warn('Progress could not be recorded in the destination', { ...at, error }),
		);
}

const writeProgressToDestination = async (ports: ReducePorts, at: Attempt, summary: Summary): Promise<void> => {
	const { store, leaseMs } = ports;
	const destination = await readDocument(store, keys.destination(at.sampling), destinationSchema);
	if (!destination) return;
	const record = await readRecord(store, at.sampling);
	const data = destinationData(at, record, { state: 'running', reason: null, finishedAt: null }, summary);
	try {
		await underLease(store, keys.projectLease(destination.id), { ms: leaseMs }, async () => {
			if (!(await hasEnded(store, at))) await writeDestinationData(ports, destination.id, data);
		});
	} catch (error) {
		if (!(error instanceof DeferredError)) throw error;
	}
};
