import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { expect, test } from 'vitest';
import { recordSchema } from '#shared/sampling/request.ts';
import { makeTestApi } from '#test/api.ts';
import { jsonBody, type ParsedEvent } from '../../../functions/api/json-body.ts';

const parsed = (event: Partial<APIGatewayProxyEventV2>) => {
	const request = { event: { ...event } as ParsedEvent };
	jsonBody().before?.(request as Parameters<NonNullable<ReturnType<typeof jsonBody>['before']>>[0]);
	return request.event.body;
};

test('a body may come in base64, and is parsed only where a route has one', () => {
	const body = Buffer.from('{"name":"ü"}').toString('base64');
	expect(parsed({ routeKey: 'POST /samplings', body, isBase64Encoded: true })).toEqual({ name: 'ü' });
	expect(parsed({ routeKey: 'DELETE /samplings/{id}', body: '{', isBase64Encoded: false })).toBe('{');
	expect(() => parsed({ routeKey: 'POST /samplings' })).toThrow('The body is not JSON');
});

test('a route that does not exist is a 404, whatever its body', async () => {
	const { call } = await makeTestApi();
	expect(await call('PUT /samplings', { body: '{' })).toEqual({
		status: 404,
		body: { error: 'There is no PUT /samplings' },
	});
});

test('an unexpected error is a 500 that names the request and nothing else', async () => {
	const { ports, call } = await makeTestApi();
	ports.store = { ...ports.store, read: () => Promise.reject(new Error('S3 is away')) };
	const body = { error: 'Internal error, request r' };
	expect(await call('GET /samplings/{id}', { id: 's' })).toEqual({ status: 500, body });
});

const arn = 'arn:aws:sts::123456789012:assumed-role/labelling/anna';

test.each([
	[{ userArn: arn, userId: 'AROA:anna', callerId: 'AROA:anna' }, arn],
	[{ userArn: null, userId: 'AROA:anna' }, 'AROA:anna'],
	[undefined, undefined],
])('who asked for a sampling is in its record and its status: %j', async (iam, who) => {
	const { ports, call } = await makeTestApi();
	const body = { source: { projectId: 1 } };
	const { body: started } = await call('POST /samplings', { body, ...(iam ? { iam } : {}) });
	const record = await ports.store.read(`samplings/${started.id}/request.json`);
	expect(recordSchema.parse(record?.value).requestedBy).toBe(who);
	const { body: status } = await call('GET /samplings/{id}', { id: started.id });
	expect(status.requestedBy).toBe(who);
	expect('requestedBy' in status).toBe(who !== undefined);
});
