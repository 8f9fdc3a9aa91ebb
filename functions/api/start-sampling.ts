import type * as z from 'zod';
import { log } from '#shared/log.ts';
import { measure } from '#shared/metrics.ts';
import { currentAttempt, hasEnded, readDocument } from '#shared/sampling/documents.ts';
import { keys } from '#shared/sampling/keys.ts';
import { projectMessage } from '#shared/sampling/messages.ts';
import { writeOpen } from '#shared/sampling/open.ts';
import {
	recordSchema,
	requestSchema,
	type SamplingRecord,
	type SamplingRequest,
	samplingId,
} from '#shared/sampling/request.ts';
import { ApiError } from './api-error.ts';
import type { ApiPorts } from './ports.ts';
import type { Started } from './schemas.ts';

/** @throws ApiError 422 with the path of the wrong field */
export function parseRequest(body: unknown): SamplingRequest {
	return parseBody(requestSchema, body);
}

/** @throws ApiError 422 with the path of the wrong field */
export function parseBody<Schema extends z.ZodType>(schema: Schema, body: unknown): z.output<Schema> {
	const parsed = schema.safeParse(body);
	if (parsed.success) return parsed.data;
	const [issue] = parsed.error.issues;
	throw new ApiError(422, issue?.message ?? 'The body is malformed', issue && pathOf(issue));
}

/** Path of an issue; for an unknown key, the path of that key instead of its object. */
const pathOf = (issue: z.core.$ZodIssue): string | undefined => {
	const unknown = issue.code === 'unrecognized_keys' ? issue.keys.slice(0, 1) : [];
	return [...issue.path, ...unknown].join('.') || undefined;
};

/**
 * Records a request and enqueues its first message. Repeating a client token with the same body starts no second
 * sampling.
 * @param options.requestedBy who asks, if that is known
 * @throws ApiError 422 with the path of the wrong field, 409 for a client token with another body
 */
export async function startSampling(
	{ store, sendPlan }: Pick<ApiPorts, 'store' | 'sendPlan'>,
	body: unknown,
	{ scheduled = false, requestedBy }: { scheduled?: boolean; requestedBy?: string | undefined } = {},
): Promise<Started> {
	const request = parseRequest(body);
	const id = samplingId(request.clientToken);
	const record: SamplingRecord = {
		schema: 1,
		id,
		createdAt: new Date().toISOString(),
		standing: scheduled,
		...(requestedBy === undefined ? {} : { requestedBy }),
		request,
	};
	let { createdAt } = record;
	const first = { sampling: id, attempt: 1 };
	// Written first, so that the sweep finds a request whose API call crashed.
	if (!(await store.exists(keys.request(id)))) await writeOpen(store, first);
	if (!(await store.create(keys.request(id), record))) {
		const known = await readDocument(store, keys.request(id), recordSchema);
		if (JSON.stringify(known?.request) !== JSON.stringify(request)) {
			throw new ApiError(
				409,
				`clientToken ${request.clientToken} was used for another request: choose a new one`,
				'clientToken',
			);
		}
		createdAt = known?.createdAt ?? createdAt;
	} else {
		log.info('Sampling started', { ...first, source: request.source.projectId, scheduled, requestedBy });
		measure({ SamplingsStarted: 1 });
	}
	const at = await currentAttempt(store, id);
	if (!(await hasEnded(store, at))) {
		await writeOpen(store, at);
		await store.write(keys.listed(id, createdAt), { schema: 1, id });
		await sendPlan([projectMessage(at)]);
	}
	return { id, attempt: at.attempt };
}
