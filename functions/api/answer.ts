import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { TransientError } from '#shared/errors.ts';
import { log } from '#shared/log.ts';
import { isPermanent } from '#shared/transient.ts';
import { ApiError } from './api-error.ts';
import { cancelSampling } from './cancel-sampling.ts';
import { estimateSampling } from './estimate-sampling.ts';
import { listSamplings } from './list-samplings.ts';
import type { ApiPorts } from './ports.ts';
import { retrySampling } from './retry-sampling.ts';
import { type AnswerTo, allRoutes, type Operation, routeKeyOf } from './routes.ts';
import { samplingStatus } from './sampling-status.ts';
import { startSampling } from './start-sampling.ts';

type Handlers = {
	[Name in Operation]: (ports: ApiPorts, event: APIGatewayProxyEventV2) => Promise<AnswerTo<Name>>;
};

const idOf = (event: APIGatewayProxyEventV2) => event.pathParameters?.id ?? '';

const handlers: Handlers = {
	startSampling: (ports, event) => startSampling(ports, parseBody(event)),
	listSamplings: (ports, event) => listSamplings(ports, event.queryStringParameters ?? {}),
	estimateSampling: (ports, event) => estimateSampling(ports, parseBody(event)),
	samplingStatus: (ports, event) => samplingStatus(ports, idOf(event)),
	cancelSampling: (ports, event) => cancelSampling(ports, idOf(event)),
	retrySampling: (ports, event) => retrySampling(ports, idOf(event)),
};

/** Answers a request; errors are JSON: `{error, path?}`. */
export async function answer(
	ports: ApiPorts,
	event: APIGatewayProxyEventV2,
): Promise<APIGatewayProxyStructuredResultV2> {
	try {
		const route = allRoutes.find(each => routeKeyOf(each) === event.routeKey);
		if (!route) throw new ApiError(404, `There is no ${event.routeKey}`);
		return json(route.answer.status, await handlers[route.operation](ports, event));
	} catch (error) {
		if (error instanceof ApiError)
			return json(error.status, { error: error.message, ...(error.path ? { path: error.path } : {}) });
		// A problem with the source that only the Supervisely server could report.
		if (isPermanent(error)) return json(422, { error: error.message, path: 'source' });
		if (error instanceof TransientError)
			return json(504, { error: `The Supervisely server is failing, try again later: ${error.message}` });
		log.error('API request failed', { routeKey: event.routeKey, requestId: event.requestContext.requestId, error });
		return json(500, { error: `Internal error, request ${event.requestContext.requestId}` });
	}
}

const json = (statusCode: number, body: unknown): APIGatewayProxyStructuredResultV2 => ({
	statusCode,
	headers: { 'content-type': 'application/json' },
	body: JSON.stringify(body),
});

const parseBody = (event: APIGatewayProxyEventV2): unknown => {
	const text = event.isBase64Encoded ? Buffer.from(event.body ?? '', 'base64').toString('utf8') : (event.body ?? '');
	try {
		return JSON.parse(text);
	} catch {
		throw new ApiError(400, 'The body is not JSON');
	}
};
