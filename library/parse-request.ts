import * as z from 'zod';
import { FramefanError } from '#shared/errors.ts';
import { named } from '#shared/sampling/must-be.ts';
import { requestSchema, type SamplingRequest, type SamplingRequestInput } from '#shared/sampling/request.ts';

/** @throws FramefanError with one line on the first thing that is wrong; the line begins with the path of that thing */
export function parseRequest(input: SamplingRequestInput): SamplingRequest {
	const parsed = requestSchema.safeParse(input);
	if (parsed.success) return parsed.data;
	const [issue] = parsed.error.issues as [z.core.$ZodIssue];
	const { path } = issue;
	// Callers pass the settings on their own, so paths in them are without `settings`.
	const place = z.core.toDotPath(path[0] === 'settings' && path.length > 1 ? path.slice(1) : path);
	throw new FramefanError(named(place, issue));
}
