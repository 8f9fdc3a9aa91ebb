import type { MiddlewareObj } from '@middy/core';
import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { TransientError } from '#shared/errors.ts';
import { log } from '#shared/log.ts';
import { isPermanent } from '#shared/transient.ts';
import { ApiError } from './api-error.ts';
import type { ParsedEvent } from './json-body.ts';

/**
 * Answers errors as JSON: `{error, path?}`. Used instead of `@middy/http-error-handler`, whose answers don't name the
 * wrong field.
 */
export function errorsAsAnswers(): MiddlewareObj<ParsedEvent, APIGatewayProxyStructuredResultV2> {
	return {
		onError: request => {
			request.response = answerTo(request.error, request.event);
		},
	};
}

const answerTo = (error: unknown, { routeKey, requestContext }: ParsedEvent): APIGatewayProxyStructuredResultV2 => {
	if (error instanceof ApiError)
		return jsonAnswer(error.status, { error: error.message, ...(error.path ? { path: error.path } : {}) });
	// A problem with the source that only the Supervisely server could report.
	if (isPermanent(error)) return jsonAnswer(422, { error: error.message, path: 'source' });
	if (error instanceof TransientError)
		return jsonAnswer(504, { error: `The Supervisely server is failing, try again later: ${error.message}` });
	const { requestId } = requestContext;
	log.error('API request failed', { routeKey, requestId, error });
	return jsonAnswer(500, { error: `Internal error, request ${requestId}` });
};

/** An HTTP answer with a JSON body. */
export function jsonAnswer(statusCode: number, body: unknown): APIGatewayProxyStructuredResultV2 {
	return { statusCode, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}
