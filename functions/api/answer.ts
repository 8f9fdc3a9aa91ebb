import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import * as z from 'zod';
import packageJson from '../../package.json' with { type: 'json' };
import { ApiError } from './api-error.ts';
import { cancelSampling } from './cancel-sampling.ts';
import { jsonAnswer } from './errors-as-answers.ts';
import { estimateSampling } from './estimate-sampling.ts';
import type { ParsedEvent } from './json-body.ts';
import { listImages } from './list-images.ts';
import { listSamplings } from './list-samplings.ts';
import type { ApiPorts } from './ports.ts';
import { previewSampling } from './preview-sampling.ts';
import { retrySampling } from './retry-sampling.ts';
import { type AnswerTo, findRoute, type Operation } from './routes.ts';
import { samplingStatus } from './sampling-status.ts';
import { startSampling } from './start-sampling.ts';

type Handlers = { [Name in Operation]: (ports: ApiPorts, event: ParsedEvent) => Promise<AnswerTo<Name>> };

const idOf = (event: ParsedEvent) => event.pathParameters?.id ?? '';

const handlers: Handlers = {
	startSampling: (ports, event) => startSampling(ports, event.body, { requestedBy: callerOf(event) }),
	listSamplings: (ports, event) => listSamplings(ports, event.queryStringParameters ?? {}),
	estimateSampling: (ports, { body }) => estimateSampling(ports, body),
	previewSampling: (ports, { body }) => previewSampling(ports, body),
	samplingStatus: (ports, event) => samplingStatus(ports, idOf(event)),
	listImages: (ports, event) => listImages(ports, idOf(event), event.queryStringParameters?.next),
	cancelSampling: (ports, event) => cancelSampling(ports, idOf(event)),
	retrySampling: (ports, event) => retrySampling(ports, idOf(event)),
	deployedVersion: async () => ({ version: packageJson.version }),
};

/** Answers a request. @throws ApiError when it is refused */
export async function answer(ports: ApiPorts, event: ParsedEvent): Promise<APIGatewayProxyStructuredResultV2> {
	const route = findRoute(event.routeKey);
	if (!route) throw new ApiError(404, `There is no ${event.routeKey}`);
	return jsonAnswer(route.answer.status, await handlers[route.operation](ports, event));
}

/** What API Gateway adds to a request that it has authorized by IAM. */
const authorizedSchema = z.looseObject({
	authorizer: z.looseObject({
		iam: z.looseObject({ userArn: z.string().nullish(), userId: z.string().nullish(), callerId: z.string().nullish() }),
	}),
});

/** Who sent a request: an ARN, or else the id of a principal. Undefined without authorization, as on the local stack. */
export function callerOf({ requestContext }: Pick<ParsedEvent, 'requestContext'>): string | undefined {
	const authorized = authorizedSchema.safeParse(requestContext);
	if (!authorized.success) return undefined;
	const { userArn, userId, callerId } = authorized.data.authorizer.iam;
	return userArn || userId || callerId || undefined;
}
