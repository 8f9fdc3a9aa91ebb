import middy from '@middy/core';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda';
import type { PlanMessage, RecountMessage } from '#shared/sampling/messages.ts';
import type { SuperviselyApi } from '#shared/supervisely/remote/api.ts';
import { answer } from '../../functions/api/answer.ts';
import { errorsAsAnswers } from '../../functions/api/errors-as-answers.ts';
import { jsonBody } from '../../functions/api/json-body.ts';
import type { ApiPorts } from '../../functions/api/ports.ts';
import { temporaryState } from './state-folder.ts';

/** The HTTP API on a state of its own, with the messages it sends. */
export async function makeTestApi(supervisely: Partial<SuperviselyApi> = {}) {
	const plan: PlanMessage[] = [];
	const recounts: RecountMessage[] = [];
	const ports: ApiPorts = {
		store: await temporaryState(),
		bucket: 'state',
		sendPlan: async messages => void plan.push(...messages),
		sendRecount: async messages => void recounts.push(...messages),
		supervisely: { server: 'http://server', ...supervisely } as ApiPorts['supervisely'],
		sizing: { framesPerChunk: 100, fanOutMiB: 1769, decodeMiB: 3538, reduceMiB: 512 },
	};
	const handler = middy<APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2>()
		.use(errorsAsAnswers())
		.use(jsonBody())
		.handler(event => answer(ports, event));
	const call = async (
		routeKey: string,
		{ body, id, query, iam }: { body?: unknown; id?: string; query?: Record<string, string>; iam?: object } = {},
		// biome-ignore lint/suspicious/noExplicitAny: answers are looked at field by field, and a missing one fails the test
	): Promise<{ status: number; body: any }> => {
		const event = {
			routeKey,
			isBase64Encoded: false,
			...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
			...(id === undefined ? {} : { pathParameters: { id } }),
			...(query === undefined ? {} : { queryStringParameters: query }),
			requestContext: { requestId: 'r', ...(iam ? { authorizer: { iam } } : {}) },
		} as unknown as APIGatewayProxyEventV2;
		const { statusCode = 0, body: text = '' } = await handler(event, {} as Context);
		return { status: statusCode, body: JSON.parse(text) };
	};
	return { ports, plan, recounts, call };
}
