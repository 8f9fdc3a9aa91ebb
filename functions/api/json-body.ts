import type { MiddlewareObj } from '@middy/core';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { ApiError } from './api-error.ts';
import { findRoute } from './routes.ts';

/** An HTTP event whose body has been parsed. */
export type ParsedEvent = Omit<APIGatewayProxyEventV2, 'body'> & { body?: unknown };

/**
 * Parses the bodies of requests to routes that have one, whatever their content type. Used instead of
 * `@middy/http-json-body-parser`, which answers other content types with 415.
 * @throws ApiError 400 when a body is not JSON
 */
export function jsonBody(): MiddlewareObj<ParsedEvent> {
	return {
		before: ({ event }) => {
			if (findRoute(event.routeKey)?.body) event.body = parse(event as APIGatewayProxyEventV2);
		},
	};
}

const parse = ({ body = '', isBase64Encoded }: APIGatewayProxyEventV2): unknown => {
	try {
		return JSON.parse(isBase64Encoded ? Buffer.from(body, 'base64').toString('utf8') : body);
	} catch {
		throw new ApiError(400, 'The body is not JSON');
	}
};
