import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { type LoopbackServer, listenOnLoopback, readBody } from './aws/loopback.ts';
import { parseTarget } from './aws/request-target.ts';
import { type Access, SignatureError, verifySignature } from './aws/signature.ts';
import type { LocalFunction } from './lambda/function.ts';
import type { LogFile } from './lambda/log-file.ts';

/** A route of the template: `METHOD /path/{parameter}`, the function behind it, and whether callers must sign. */
export type HttpRoute = { routeKey: string; worker: LocalFunction; signed: boolean };

const bodyLimit = 10 * 1024 * 1024;

/**
 * Serves an HTTP API's routes on loopback: payload format 2.0 in, structured or plain results out.
 * @param log gets the details of internal errors
 */
export function startHttpApi(
	routes: HttpRoute[],
	log: LogFile,
	options: Access & { accountId: string; port?: number },
): Promise<LoopbackServer> {
	const matchers = routes.map(route => ({ route, match: matcher(route.routeKey) }));

	const answer = async (request: IncomingMessage): Promise<APIGatewayProxyStructuredResultV2> => {
		const target = parseTarget(request.url ?? '/');
		const body = await readBody(request, bodyLimit);
		if (!body) return message(413, 'Request Entity Too Large');
		for (const { route, match } of matchers) {
			const pathParameters = match(request.method ?? '', target.path);
			if (!pathParameters) continue;
			if (route.signed) {
				const bodySha256 = createHash('sha256').update(body).digest('hex');
				const { method = '', headers } = request;
				await verifySignature({ method, headers, ...target, bodySha256 }, { ...options, service: 'execute-api' });
			}
			const event = toEvent(request, target, { body, pathParameters, routeKey: route.routeKey, ...options });
			return structured(await route.worker.invoke(event));
		}
		return message(404, 'Not Found');
	};

	return listenOnLoopback((request, response) => {
		answer(request)
			.catch(error => {
				if (error instanceof SignatureError) return message(403, `Forbidden: ${error.message}`);
				if (error instanceof URIError) return message(400, 'Bad Request');
				log.write(`${new Date().toISOString()} ${request.method} ${error}\n`);
				return message(500, 'Internal Server Error');
			})
			.then(result => send(response, result));
	}, options.port);
}

const message = (statusCode: number, text: string): APIGatewayProxyStructuredResultV2 => ({
	statusCode,
	headers: { 'content-type': 'application/json' },
	body: JSON.stringify({ message: text }),
});

/** A result without a status code is answered with 200 and the value as JSON. */
const structured = (result: unknown): APIGatewayProxyStructuredResultV2 =>
	typeof result === 'object' && result !== null && 'statusCode' in result
		? (result as APIGatewayProxyStructuredResultV2)
		: { statusCode: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify(result) };

const send = (response: ServerResponse, result: APIGatewayProxyStructuredResultV2): void => {
	response.statusCode = result.statusCode ?? 200;
	for (const [name, value] of Object.entries(result.headers ?? {})) response.setHeader(name, String(value));
	response.end(Buffer.from(result.body ?? '', result.isBase64Encoded ? 'base64' : 'utf8'));
};

const matcher = (routeKey: string) => {
	const [wantedMethod, pattern] = routeKey.split(' ') as [string, string];
	const wanted = pattern.split('/');
	return (method: string, path: string): Record<string, string> | undefined => {
		const given = path.split('/');
		if (method !== wantedMethod || given.length !== wanted.length) return undefined;
		const parameters: Record<string, string> = {};
		for (const [at, part] of wanted.entries()) {
			const value = given[at] as string;
			if (part.startsWith('{')) parameters[part.slice(1, -1)] = decodeURIComponent(value);
			else if (part !== value) return undefined;
		}
		return parameters;
	};
};

const toEvent = (
	request: IncomingMessage,
	target: ReturnType<typeof parseTarget>,
	more: { body: Buffer; pathParameters: Record<string, string>; routeKey: string; accountId: string },
): APIGatewayProxyEventV2 => {
	const now = new Date();
	const method = request.method as string;
	return {
		version: '2.0',
		routeKey: more.routeKey,
		rawPath: target.path,
		rawQueryString: (request.url ?? '').split('?')[1] ?? '',
		headers: Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)])),
		queryStringParameters: Object.fromEntries(target.query),
		pathParameters: more.pathParameters,
		requestContext: {
			accountId: more.accountId,
			apiId: 'local',
			domainName: '127.0.0.1',
			domainPrefix: 'local',
			http: {
				method,
				path: target.path,
				protocol: 'HTTP/1.1',
				sourceIp: '127.0.0.1',
				userAgent: request.headers['user-agent'] ?? '',
			},
			requestId: crypto.randomUUID(),
			routeKey: more.routeKey,
			stage: '$default',
			time: now.toUTCString(),
			timeEpoch: now.getTime(),
		},
		...(more.body.length > 0 ? { body: more.body.toString('utf8') } : {}),
		isBase64Encoded: false,
	};
};
