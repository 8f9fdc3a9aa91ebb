import { Sha256 } from '@aws-crypto/sha256-js';
import { SignatureV4 } from '@smithy/signature-v4';
import { FramefanError, messageOf, PermanentError } from '#shared/errors.ts';
import type { SamplingRequestInput } from '#shared/sampling/request.ts';
import { isTransientStatus } from '#shared/transient.ts';
import { type AnswerTo, type Operation, routes } from '../functions/api/routes.ts';

/** Client of Framefan's HTTP API; requests are signed for its IAM authorizer. */
export type ApiClient = {
	start(request: SamplingRequestInput): Promise<AnswerTo<'startSampling'>>;
	status(id: string): Promise<AnswerTo<'samplingStatus'>>;
	/** One page, newest first; pass `next` of a page to get the next one. */
	list(query: { limit?: number; next?: string }): Promise<AnswerTo<'listSamplings'>>;
	/** One page; pass `next` of a page to get the next one. */
	images(id: string, next?: string): Promise<AnswerTo<'listImages'>>;
	cancel(id: string): Promise<AnswerTo<'cancelSampling'>>;
	retry(id: string): Promise<AnswerTo<'retrySampling'>>;
	estimate(request: SamplingRequestInput): Promise<AnswerTo<'estimateSampling'>>;
	/** @param request as for `start`, and the most videos to look at */
	preview(request: SamplingRequestInput & { videos?: number }): Promise<AnswerTo<'previewSampling'>>;
};

/** Address and credentials of an API. */
export type ApiAddress = {
	httpUrl: string;
	region: string;
	credentials: ApiCredentials | (() => Promise<ApiCredentials>);
};

export type ApiCredentials = { accessKeyId: string; secretAccessKey: string; sessionToken?: string };

/** What a call sends besides the operation's method and path. */
export type ApiCall = { id?: string; body?: unknown; query?: Record<string, string> };

/**
 * A function that sends signed requests to an API and returns the responses as they are. It throws FramefanError when
 * the API can't be reached.
 */
export function makeApiFetch(api: ApiAddress): (operation: Operation, call: ApiCall) => Promise<Response> {
	const { hostname, port, protocol, host } = new URL(api.httpUrl);
	const { region, credentials } = api;
	const signer = new SignatureV4({ service: 'execute-api', region, credentials, sha256: Sha256 });
	return async (operation, { id = '', body, query = {} }) => {
		const { method } = routes[operation];
		const path = pathOf(operation, id);
		const request = {
			...{ method, path, protocol, hostname, query, headers: { host, 'content-type': 'application/json' } },
			...(port ? { port: Number(port) } : {}),
			...(body === undefined ? {} : { body: JSON.stringify(body) }),
		};
		const { headers } = await signer.sign(request);
		const sent = request.body === undefined ? {} : { body: request.body };
		const search = Object.keys(query).length > 0 ? `?${new URLSearchParams(query)}` : '';
		return fetch(`${api.httpUrl}${path}${search}`, { method, headers, ...sent }).catch(error => {
			throw new FramefanError(`${api.httpUrl} can't be reached (${messageOf(error)}): check the address`);
		});
	};
}

/**
 * A client of an API. Its calls throw PermanentError when the API refuses a request, naming the wrong field, and
 * FramefanError for transient errors or when the API can't be reached.
 */
export function makeApiClient(api: ApiAddress): ApiClient {
	const send = makeApiFetch(api);
	const call = async <Name extends Operation>(operation: Name, request: ApiCall): Promise<AnswerTo<Name>> => {
		const response = await send(operation, request);
		const text = await response.text();
		const answer = jsonOr(text) as { error?: string; message?: string; path?: string };
		if (response.ok) return answer as AnswerTo<Name>;
		const refusal = answer.error ?? answer.message ?? '';
		const place = answer.path && !refusal.startsWith(answer.path) ? `${answer.path}: ` : '';
		const asked = `${routes[operation].method} ${pathOf(operation, request.id ?? '')}`;
		const message = `${asked} answered ${response.status}: ${place}${refusal}`;
		throw isTransientStatus(response.status) ? new FramefanError(message) : new PermanentError('refused', message);
	};
	return {
		start: body => call('startSampling', { body }),
		status: id => call('samplingStatus', { id }),
		list: ({ limit, next }) => {
			const query = { ...(limit ? { limit: String(limit) } : {}), ...(next ? { next } : {}) };
			return call('listSamplings', { query });
		},
		images: (id, next) => call('listImages', { id, ...(next === undefined ? {} : { query: { next } }) }),
		cancel: id => call('cancelSampling', { id }),
		retry: id => call('retrySampling', { id }),
		estimate: body => call('estimateSampling', { body }),
		preview: body => call('previewSampling', { body }),
	};
}

const pathOf = (operation: Operation, id: string): string =>
	routes[operation].path.replace('{id}', encodeURIComponent(id));

const jsonOr = (text: string): unknown => {
	try {
		return JSON.parse(text);
	} catch {
		return { error: text.slice(0, 200) };
	}
};
