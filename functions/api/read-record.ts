import { readDocument } from '#shared/sampling/documents.ts';
import { keys } from '#shared/sampling/keys.ts';
import { recordSchema, type SamplingRecord } from '#shared/sampling/request.ts';
import type { StateStore } from '#shared/state-store.ts';
import { ApiError } from './api-error.ts';

/** The record of a sampling by an untrusted id. @throws ApiError 404 */
export async function findRecord(store: StateStore, id: string): Promise<SamplingRecord> {
	const isId = /^[A-Za-z0-9-]{1,64}$/.test(id);
	const record = isId ? await readDocument(store, keys.request(id), recordSchema) : undefined;
	if (!record) throw new ApiError(404, `There is no sampling ${JSON.stringify(id.slice(0, 100))}`, 'id');
	return record;
}
