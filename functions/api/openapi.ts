import * as z from 'zod';
import { allRoutes, type BodyName, type Refusal, type Route } from './routes.ts';
import { bodies } from './schemas.ts';

/** The description of the HTTP API, OpenAPI 3.1: https://spec.openapis.org/oas/v3.1.1.html */
export function openApiDocument() {
	return {
		openapi: '3.1.1',
		info: {
			title: 'Framefan',
			version: '1',
			description: 'Samples Supervisely video projects into image projects. Requests are signed with IAM (SigV4).',
			license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
		},
		servers: [{ url: 'https://{api}.execute-api.{region}.amazonaws.com', variables: variables('api', 'region') }],
		security: [{ sigv4: [] }],
		paths: paths(),
		components: {
			schemas: Object.fromEntries(Object.entries(bodies).map(([name, schema]) => [name, plain(schema, name)])),
			securitySchemes: {
				sigv4: { type: 'apiKey', in: 'header', name: 'authorization', 'x-amazon-apigateway-authtype': 'awsSigv4' },
			},
		},
	};
}

/** The routes by path, then by method. */
const paths = () => {
	const all: Record<string, Record<string, unknown>> = {};
	for (const { operation, method, path, ...route } of allRoutes) {
		all[path] ??= path.includes('{id}') ? { parameters: [id] } : {};
		all[path][method.toLowerCase()] = { operationId: operation, ...described(route) };
	}
	return all;
};

const described = ({ summary, query, body, answer, refusals }: Omit<Route, 'method' | 'path'>) => ({
	summary,
	...(query ? { parameters: query.map(({ name, ...more }) => ({ name, in: 'query', ...more })) } : {}),
	...(body ? { requestBody: { required: true, content: json(body) } } : {}),
	responses: {
		[answer.status]: { description: answer.description, content: json(answer.body) },
		...Object.fromEntries(refusals.map(code => [code, { description: refusalOf[code], content: json('Error') }])),
		500: { description: 'Internal error; see the log of the api function', content: json('Error') },
	},
});

const json = (name: BodyName) => ({ 'application/json': { schema: { $ref: `#/components/schemas/${name}` } } });

const refusalOf: Record<Refusal, string> = {
	400: 'The body is not JSON',
	404: 'There is no such sampling',
	409: 'Conflict with the state of the sampling, or the client token was used for another request',
	422: 'A field is wrong; `path` names it',
	504: 'The Supervisely server did not answer in time',
};

const id = { name: 'id', in: 'path', required: true, schema: { type: 'string' }, description: 'Id of a sampling' };

const variables = (...names: string[]) => Object.fromEntries(names.map(name => [name, { default: name }]));

/** A schema as JSON Schema: requests by their input type, answers by their output type. */
const plain = (schema: z.ZodType, name: string): unknown => {
	const { $schema: _, ...rest } = z.toJSONSchema(schema, { io: name.endsWith('Request') ? 'input' : 'output' });
	return rest;
};
