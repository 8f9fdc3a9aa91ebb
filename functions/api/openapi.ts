import { z } from 'zod';
import { requestSchema } from '#shared/sampling/request.ts';
import { errorSchema, estimateSchema, listSchema, startedSchema, statusSchema } from './schemas.ts';

/** Schemas of request and answer bodies, by their name in the description. */
export const components = {
	SamplingRequest: requestSchema,
	Started: startedSchema,
	SamplingStatus: statusSchema,
	SamplingList: listSchema,
	Estimate: estimateSchema,
	Error: errorSchema,
} as const;

type Name = keyof typeof components;
const ref = (name: Name) => ({ $ref: `#/components/schemas/${name}` });
const json = (name: Name) => ({ 'application/json': { schema: ref(name) } });
const answers = (status: 200 | 202, name: Name, description: string, ...refusals: (keyof typeof refusalOf)[]) => ({
	[status]: { description, content: json(name) },
	...Object.fromEntries(refusals.map(code => [code, { description: refusalOf[code], content: json('Error') }])),
	500: { description: 'Internal error; see the log of the api function', content: json('Error') },
});
const refusalOf = {
	400: 'The body is not JSON',
	404: 'There is no such sampling',
	409: 'Conflict with the state of the sampling, or the client token was used for another request',
	422: 'A field is wrong; `path` names it',
	504: 'The Supervisely server did not answer in time',
};
const id = { name: 'id', in: 'path', required: true, schema: { type: 'string' }, description: 'Id of a sampling' };
const requestBody = { required: true, content: json('SamplingRequest') };

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
		paths: {
			'/samplings': {
				post: {
					operationId: 'startSampling',
					summary: 'Starts a sampling; repeating a request with its client token returns the same sampling',
					requestBody,
					responses: answers(202, 'Started', 'Started', 400, 409, 422),
				},
				get: {
					operationId: 'listSamplings',
					summary: 'Lists all samplings, newest first',
					parameters: [
						{ name: 'limit', in: 'query', schema: { type: 'integer', minimum: 1, maximum: 100, default: 20 } },
						{
							name: 'next',
							in: 'query',
							schema: { type: 'string' },
							description: 'Value of `next` from the previous page',
						},
					],
					responses: answers(200, 'SamplingList', 'One page of samplings', 422),
				},
			},
			'/samplings/estimate': {
				post: {
					operationId: 'estimateSampling',
					summary: 'Estimates the time and cost of a sampling; creates nothing',
					requestBody,
					responses: answers(200, 'Estimate', 'The estimate', 400, 422, 504),
				},
			},
			'/samplings/{id}': {
				parameters: [id],
				get: {
					operationId: 'samplingStatus',
					summary: 'State, progress and result of a sampling',
					responses: answers(200, 'SamplingStatus', 'State of the sampling', 404),
				},
				delete: {
					operationId: 'cancelSampling',
					summary: 'Cancels a running sampling: no new work starts, running chunks are finished',
					responses: answers(202, 'SamplingStatus', 'Cancelled', 404, 409),
				},
			},
			'/samplings/{id}/retry': {
				parameters: [id],
				post: {
					operationId: 'retrySampling',
					summary: 'Retries what failed or is missing in a sampling that has ended',
					responses: answers(202, 'Started', 'The next attempt was started', 404, 409),
				},
			},
		},
		components: {
			schemas: Object.fromEntries(Object.entries(components).map(([name, schema]) => [name, plain(schema, name)])),
			securitySchemes: {
				sigv4: { type: 'apiKey', in: 'header', name: 'authorization', 'x-amazon-apigateway-authtype': 'awsSigv4' },
			},
		},
	};
}

const variables = (...names: string[]) => Object.fromEntries(names.map(name => [name, { default: name }]));

/** A schema as JSON Schema: requests by their input type, answers by their output type. */
const plain = (schema: z.ZodType, name: string): unknown => {
	const { $schema: _, ...rest } = z.toJSONSchema(schema, { io: name === 'SamplingRequest' ? 'input' : 'output' });
	return rest;
};
