import { isPresent, outageSchema } from '#shared/circuit-breaker.ts';
import { currentAttempt, readDocument, readOutcome } from '#shared/sampling/documents.ts';
import { keys } from '#shared/sampling/keys.ts';
import { destinationSchema, progressSchema } from '#shared/sampling/outcome.ts';
import { recordSchema, type SamplingRecord } from '#shared/sampling/request.ts';
import { emptySummary } from '#shared/sampling/summary.ts';
import type { StateStore } from '#shared/state-store.ts';
import { ApiError } from './api-error.ts';
import type { ApiPorts } from './ports.ts';
import type { SamplingStatus } from './schemas.ts';

/** The record of a sampling by an untrusted id. @throws ApiError 404 */
export async function findRecord(store: StateStore, id: string): Promise<SamplingRecord> {
	const isId = /^[A-Za-z0-9-]{1,64}$/.test(id);
	const record = isId ? await readDocument(store, keys.request(id), recordSchema) : undefined;
	if (!record) throw new ApiError(404, `There is no sampling ${JSON.stringify(id.slice(0, 100))}`, 'id');
	return record;
}

/** @throws ApiError 404 */
export async function samplingStatus(ports: Pick<ApiPorts, 'store' | 'bucket'>, id: string): Promise<SamplingStatus> {
	return statusOf(ports, await findRecord(ports.store, id));
}

export async function statusOf(
	{ store, bucket }: { store: StateStore; bucket: string },
	{ id, createdAt, requestedBy, request }: SamplingRecord,
): Promise<SamplingStatus> {
	const at = await currentAttempt(store, id);
	const [outcome, progress, destination, outage] = await Promise.all([
		readOutcome(store, at),
		readDocument(store, keys.progress(at), progressSchema),
		readDocument(store, keys.destination(id), destinationSchema),
		readDocument(store, keys.outage, outageSchema),
	]);
	const isCompleted = outcome?.state === 'completed' || outcome?.state === 'completed_with_faults';
	// A sampling that did not complete has no final sum: its last progress is shown.
	const summary = isCompleted ? outcome.summary : (progress?.summary ?? emptySummary);
	return {
		id,
		attempt: at.attempt,
		state: outcome?.state ?? 'running',
		reason: outcome?.reason ?? null,
		createdAt,
		finishedAt: outcome?.finishedAt ?? null,
		...(requestedBy === undefined ? {} : { requestedBy }),
		request,
		destination: destination ? { id: destination.id, name: destination.name } : null,
		outage:
			outcome === undefined && outage && isPresent(outage)
				? { since: new Date(outage.since).toISOString(), reason: outage.why }
				: null,
		...summary,
		report: isCompleted ? `s3://${bucket}/${keys.report(id)}` : null,
	};
}
