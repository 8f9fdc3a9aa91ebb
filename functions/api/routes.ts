import type * as z from 'zod';
import type { bodies } from './schemas.ts';

export type BodyName = keyof typeof bodies;

/** A parameter of a query, its schema as in OpenAPI. */
export type QueryParameter = { name: string; schema: Record<string, unknown>; description?: string };

/** Statuses that a route can refuse a request with; any route can also answer 500. */
export type Refusal = 400 | 404 | 409 | 422 | 504;

export type Route = {
	method: 'GET' | 'POST' | 'DELETE';
	/** `{id}` in it is the id of a sampling. */
	path: string;
	summary: string;
	query?: readonly QueryParameter[];
	/** Body of the request; null: it has none. */
	body: BodyName | null;
	answer: { status: 200 | 202; body: BodyName; description: string };
	refusals: readonly Refusal[];
};

/** The routes of the HTTP API by operation, for the stack, the api function, its description and its client. */
export const routes = {
	startSampling: {
		method: 'POST',
		path: '/samplings',
		summary: 'Starts a sampling; repeating a request with its client token returns the same sampling',
		body: 'SamplingRequest',
		answer: { status: 202, body: 'Started', description: 'Started' },
		refusals: [400, 409, 422],
	},
	listSamplings: {
		method: 'GET',
		path: '/samplings',
		summary: 'Lists all samplings, newest first',
		query: [
			{ name: 'limit', schema: { type: 'integer', minimum: 1, maximum: 100, default: 20 } },
			{ name: 'next', schema: { type: 'string' }, description: 'Value of `next` from the previous page' },
		],
		body: null,
		answer: { status: 200, body: 'SamplingList', description: 'One page of samplings' },
		refusals: [422],
	},
	estimateSampling: {
		method: 'POST',
		path: '/samplings/estimate',
		summary: 'Estimates the time and cost of a sampling; creates nothing',
		body: 'SamplingRequest',
		answer: { status: 200, body: 'Estimate', description: 'The estimate' },
		refusals: [400, 422, 504],
	},
	previewSampling: {
		method: 'POST',
		path: '/samplings/preview',
		summary: 'Which frames a sampling would take of the first videos, with a timeline of each; creates nothing',
		body: 'PreviewRequest',
		answer: { status: 200, body: 'Preview', description: 'The preview' },
		refusals: [400, 422, 504],
	},
	samplingStatus: {
		method: 'GET',
		path: '/samplings/{id}',
		summary: 'State, progress and result of a sampling',
		body: null,
		answer: { status: 200, body: 'SamplingStatus', description: 'State of the sampling' },
		refusals: [404],
	},
	listImages: {
		method: 'GET',
		path: '/samplings/{id}/images',
		summary: 'The images of a sampling with their sources: the rows of its manifest',
		query: [{ name: 'next', schema: { type: 'string' }, description: 'Value of `next` from the previous page' }],
		body: null,
		answer: { status: 200, body: 'ImageList', description: 'One page of images, in the order of the source' },
		refusals: [404, 422],
	},
	cancelSampling: {
		method: 'DELETE',
		path: '/samplings/{id}',
		summary: 'Cancels a running sampling: no new work starts, running chunks are finished',
		body: null,
		answer: { status: 202, body: 'SamplingStatus', description: 'Cancelled' },
		refusals: [404, 409],
	},
	retrySampling: {
		method: 'POST',
		path: '/samplings/{id}/retry',
		summary: 'Retries what failed or is missing in a sampling that has ended',
		body: null,
		answer: { status: 202, body: 'Started', description: 'The next attempt was started' },
		refusals: [404, 409],
	},
	deployedVersion: {
		method: 'GET',
		path: '/version',
		summary: 'Version of Framefan that is deployed',
		body: null,
		answer: { status: 200, body: 'Version', description: 'The version' },
		refusals: [],
	},
} as const satisfies Record<string, Route>;

export type Operation = keyof typeof routes;

/** All routes, each with its operation. */
export const allRoutes = Object.entries(routes).map(([operation, route]) => ({
	operation: operation as Operation,
	...(route as Route),
}));

/** Body of the answer to an operation. */
export type AnswerTo<Name extends Operation> = z.output<(typeof bodies)[(typeof routes)[Name]['answer']['body']]>;

/** A route as API Gateway names it: `GET /samplings/{id}`. */
export function routeKeyOf({ method, path }: Pick<Route, 'method' | 'path'>): string {
	return `${method} ${path}`;
}

/** The route with this API Gateway route key; undefined when there is none. */
export function findRoute(routeKey: string) {
	return allRoutes.find(route => routeKeyOf(route) === routeKey);
}
