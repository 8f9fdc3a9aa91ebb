import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import type { Send } from '#shared/aws/queue.ts';
import type { StateStore } from '#shared/aws/state-store.ts';
import { log } from '#shared/log.ts';
import type { PlanMessage } from '#shared/sampling/messages.ts';
import { ApiError } from './api-error.ts';
import { samplingStatus } from './sampling-status.ts';
import { startSampling } from './start-sampling.ts';

/** What the HTTP door works with. */
export type ApiPorts = { store: StateStore; sendPlan: Send<PlanMessage> };

type Route = (ports: ApiPorts, event: APIGatewayProxyEventV2) => Promise<{ status: number; body: unknown }>;

const routes: Record<string, Route> = {
	'POST /samplings': async (ports, event) => ({ status: 202, body: await startSampling(ports, parseBody(event)) }),
	'GET /samplings/{id}': async ({ store }, event) => ({
		status: 200,
		body: await samplingStatus(store, event.pathParameters?.id ?? ''),
	}),
};

/** Answers a request; what went wrong is told as JSON: `{error, path?}`. */
export const answer = async (
	ports: ApiPorts,
	event: APIGatewayProxyEventV2,
): Promise<APIGatewayProxyStructuredResultV2> => {
	try {
		const route = routes[event.routeKey];
		if (!route) throw new ApiError(404, `There is no ${event.routeKey}`);
		const { status, body } = await route(ports, event);
		return json(status, body);
	} catch (error) {
		if (error instanceof ApiError)
			return json(error.status, { error: error.message, ...(error.path ? { path: error.path } : {}) });
		log.error('A request failed', { routeKey: event.routeKey, requestId: event.requestContext.requestId, error });
		return json(500, { error: `Internal error, request ${event.requestContext.requestId}` });
	}
};

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
