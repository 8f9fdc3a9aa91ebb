import { z } from 'zod';
import type { ParsedEvent } from './json-body.ts';

/** What API Gateway adds to a request that it has authorized by IAM. */
const authorizedSchema = z.looseObject({
	authorizer: z.looseObject({
		iam: z.looseObject({ userArn: z.string().nullish(), userId: z.string().nullish(), callerId: z.string().nullish() }),
	}),
});

/** Who sent a request: an ARN, or else the id of a principal. Undefined where nobody has authorized it, as locally. */
export function callerOf({ requestContext }: Pick<ParsedEvent, 'requestContext'>): string | undefined {
	const authorized = authorizedSchema.safeParse(requestContext);
	if (!authorized.success) return undefined;
	const { userArn, userId, callerId } = authorized.data.authorizer.iam;
	return userArn || userId || callerId || undefined;
}
