import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { settingsSchema } from '#shared/sampling/settings.ts';
import { makeTestApi } from '#test/api.ts';
import { openApiDocument } from '../../../functions/api/openapi.ts';
import { allRoutes, routeKeyOf } from '../../../functions/api/routes.ts';
import { bodies } from '../../../functions/api/schemas.ts';
import { settingsDocument } from '../../../functions/api/settings-document.ts';
import packageJson from '../../../package.json' with { type: 'json' };

const file = join(import.meta.dirname, '../../../functions/api/openapi.json');

/** What the description says is answered to a route with a status: the name of the body's schema. */
const described = (routeKey: string, status: number): keyof typeof bodies => {
	const [method = '', path = ''] = routeKey.split(' ');
	const { paths } = openApiDocument() as unknown as {
		paths: Record<
			string,
			Record<string, { responses: Record<string, { content: Record<string, { schema: { $ref: string } }> }> }>
		>;
	};
	const response = paths[path]?.[method.toLowerCase()]?.responses[status];
	if (!response) throw new Error(`${routeKey} answers ${status}, which is not described`);
	return response.content['application/json']?.schema.$ref.split('/').at(-1) as keyof typeof bodies;
};

test('the file in the repository is the description that the schemas give (npm run openapi)', () => {
	expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(JSON.parse(JSON.stringify(openApiDocument())));
});

test('so is the JSON Schema of the settings, and it allows what the settings allow', () => {
	const schema = JSON.parse(
		readFileSync(join(import.meta.dirname, '../../../functions/api/settings.schema.json'), 'utf8'),
	);
	expect(schema).toEqual(JSON.parse(JSON.stringify(settingsDocument())));
	expect(Object.keys(schema.properties)).toEqual(Object.keys(settingsSchema.shape));
	expect(schema.properties.select.items.oneOf).toContainEqual({ required: ['fps'] });
});

test('every route is described, and nothing else', () => {
	const paths = openApiDocument().paths as Record<string, object>;
	const methods = ['get', 'post', 'delete', 'put', 'patch'];
	const all = Object.entries(paths).flatMap(([path, item]) =>
		Object.keys(item)
			.filter(method => methods.includes(method))
			.map(method => `${method.toUpperCase()} ${path}`),
	);
	expect(all.sort()).toEqual(allRoutes.map(routeKeyOf).sort());
});

test('every answer has the form that is described for its status', async () => {
	const { call } = await makeTestApi({
		project: async id => (id === 5 ? { id, name: 'p', workspaceId: 1, type: 'videos' } : undefined),
		datasets: async () => ({ entities: [], perPage: 10, pages: 1 }),
	});
	const check = async (routeKey: string, status: number, request: Parameters<typeof call>[1]) => {
		const answer = await call(routeKey, request);
		expect(answer.status, JSON.stringify(answer.body)).toBe(status);
		const parsed = bodies[described(routeKey, status)].safeParse(answer.body);
		expect(parsed.error, routeKey).toBeUndefined();
		return answer.body;
	};
	const body = { source: { projectId: 5 }, clientToken: 'a' };
	const { id } = await check('POST /samplings', 202, { body });
	await check('POST /samplings', 202, { body });
	await check('POST /samplings', 409, { body: { ...body, settings: { step: 2 } } });
	await check('POST /samplings', 422, { body: {} });
	await check('POST /samplings', 400, { body: '{' });
	await check('GET /samplings', 200, {});
	await check('GET /samplings', 422, { query: { limit: '0' } });
	await check('GET /samplings/{id}', 200, { id });
	await check('GET /samplings/{id}', 404, { id: 'nobody' });
	await check('POST /samplings/{id}/retry', 202, { id });
	await check('DELETE /samplings/{id}', 202, { id });
	await check('DELETE /samplings/{id}', 404, { id: '../request' });
	await check('POST /samplings/{id}/retry', 202, { id });
	await check('POST /samplings/{id}/retry', 404, { id: 'nobody' });
	await check('POST /samplings/estimate', 200, { body });
	await check('POST /samplings/estimate', 422, { body: { source: { projectId: 6 } } });
	await check('POST /samplings/estimate', 400, { body: 'x' });
	await check('POST /samplings/preview', 200, { body });
	await check('POST /samplings/preview', 422, { body: { ...body, videos: 21 } });
	await check('POST /samplings/preview', 400, { body: 'x' });
	expect(await check('GET /version', 200, {})).toEqual({ version: packageJson.version });
});
