import { readDocument } from '#shared/sampling/documents.ts';
import { keys } from '#shared/sampling/keys.ts';
import { recordSchema, requestSchema, type SamplingRecord, samplingId } from '#shared/sampling/request.ts';
import type { ApiPorts } from './answer.ts';
import { ApiError } from './api-error.ts';

/**
 * Records a request once and enqueues its first step. The same client token with the same body is the same sampling.
 * @throws ApiError 422 with the path of the field that is wrong, 409 for a client token with another body
 */
export const startSampling = async ({ store, sendPlan }: ApiPorts, body: unknown): Promise<{ id: string }> => {
	const parsed = requestSchema.safeParse(body);
	if (!parsed.success) {
		const [issue] = parsed.error.issues;
		throw new ApiError(422, issue?.message ?? 'The body is malformed', issue?.path.join('.') || undefined);
	}
	const request = parsed.data;
	const id = samplingId(request.clientToken);
	const record: SamplingRecord = { schema: 1, id, createdAt: new Date().toISOString(), request };
	if (!(await store.create(keys.request(id), record))) {
		const known = await readDocument(store, keys.request(id), recordSchema);
		if (JSON.stringify(known?.request) !== JSON.stringify(request)) {
			throw new ApiError(
				409,
				`clientToken ${request.clientToken} was used for another request: choose a new one`,
				'clientToken',
			);
		}
		if (await store.exists(keys.outcome(id))) return { id };
	}
	await store.write(keys.open(id), { schema: 1, id });
	await sendPlan([{ schema: 1, kind: 'project', sampling: id }]);
	return { id };
};
