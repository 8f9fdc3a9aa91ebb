import * as z from 'zod';
import { FramefanError } from '#shared/errors.ts';
import { named } from '#shared/sampling/must-be.ts';
import { requestSchema, type SamplingRequest, type SamplingRequestInput } from '#shared/sampling/request.ts';

/** @throws FramefanError with one line on the first thing that is wrong, which begins with its path */
export function parseRequest(input: SamplingRequestInput): SamplingRequest {
	const parsed = requestSchema.safeParse(input);
	if (parsed.success) return parsed.data;
	const [issue] = parsed.error.issues as [z.core.$ZodIssue];
	const { path } = issue;
	// Settings are given without what is around them.
	const place = z.core.toDotPath(path[0] === 'settings' && path.length > 1 ? path.slice(1) : path);
	throw new FramefanError(named(place, issue));
}
