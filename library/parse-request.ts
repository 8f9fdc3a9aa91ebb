import * as z from 'zod';
import { FramefanError } from '#shared/errors.ts';
import { requestSchema, type SamplingRequest, type SamplingRequestInput } from '#shared/sampling/request.ts';

/** @throws FramefanError that names each wrong setting */
export function parseRequest(input: SamplingRequestInput): SamplingRequest {
	const parsed = requestSchema.safeParse(input);
	if (!parsed.success) throw new FramefanError(z.prettifyError(parsed.error));
	return parsed.data;
}
