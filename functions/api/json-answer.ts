import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';

/** An HTTP answer with a JSON body. */
export function jsonAnswer(statusCode: number, body: unknown): APIGatewayProxyStructuredResultV2 {
	return { statusCode, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}
