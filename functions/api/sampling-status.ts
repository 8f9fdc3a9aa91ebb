import type { StateStore } from '#shared/aws/state-store.ts';
import { readDocument } from '#shared/sampling/documents.ts';
import { keys } from '#shared/sampling/keys.ts';
import { destinationSchema, outcomeSchema, progressSchema, type states } from '#shared/sampling/outcome.ts';
import { recordSchema, type SamplingRequest } from '#shared/sampling/request.ts';
import { emptySummary, type Summary } from '#shared/sampling/summary.ts';
import { ApiError } from './api-error.ts';

/** Answer of `GET /samplings/{id}`: how far a sampling is, or how it ended. */
export type SamplingStatus = Summary & {
	id: string;
	state: (typeof states)[number];
	reason: string | null;
	createdAt: string;
	finishedAt: string | null;
	request: SamplingRequest;
	destination: { id: number; name: string } | null;
};

/** @throws ApiError 404 */
export const samplingStatus = async (store: StateStore, id: string): Promise<SamplingStatus> => {
	const record = /^[A-Za-z0-9-]{1,64}$/.test(id)
		? await readDocument(store, keys.request(id), recordSchema)
		: undefined;
	if (!record) throw new ApiError(404, `There is no sampling ${JSON.stringify(id)}`, 'id');
	const [outcome, progress, destination] = await Promise.all([
		readDocument(store, keys.outcome(id), outcomeSchema),
		readDocument(store, keys.progress(id), progressSchema),
		readDocument(store, keys.destination(id), destinationSchema),
	]);
	return {
		id,
		state: outcome?.state ?? 'running',
		reason: outcome?.reason ?? null,
		createdAt: record.createdAt,
		finishedAt: outcome?.finishedAt ?? null,
		request: record.request,
		destination: destination ? { id: destination.id, name: destination.name } : null,
		...(outcome?.summary ?? progress?.summary ?? emptySummary),
	};
};
