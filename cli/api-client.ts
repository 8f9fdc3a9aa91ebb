import { Sha256 } from '@aws-crypto/sha256-js';
import { SignatureV4 } from '@smithy/signature-v4';
import { FramefanError, messageOf, PermanentError } from '#shared/errors.ts';
import type { SamplingRequestInput } from '#shared/sampling/request.ts';
import { isTransientStatus } from '#shared/transient.ts';
import type { Estimate, SamplingList, SamplingStatus, Started } from '../functions/api/schemas.ts';

/** Client of Framefan's HTTP API; requests are signed for its IAM authorizer. */
export type ApiClient = {
	start(request: SamplingRequestInput): Promise<Started>;
	status(id: string): Promise<SamplingStatus>;
	/** One page, newest first; pass `next` of a page to get the next one. */
	list(query: { limit?: number; next?: string }): Promise<SamplingList>;
	cancel(id: string): Promise<SamplingStatus>;
	retry(id: string): Promise<Started>;
	estimate(request: SamplingRequestInput): Promise<Estimate>;
};

/** Address and credentials of an API. */
export type ApiAddress = {
	httpUrl: string;
	region: string;
	credentials: { accessKeyId: string; secretAccessKey: string; sessionToken?: string };
};

/** @throws PermanentError when the request is refused, with the wrong field; FramefanError for transient errors */
export function makeApiClient(api: ApiAddress): ApiClient {
	const { hostname, port, protocol, host } = new URL(api.httpUrl);
	const { region, credentials } = api;
	const signer = new SignatureV4({ service: 'execute-api', region, credentials, sha256: Sha256 });
	const call = async <Answer>(
		method: string,
		path: string,
		{ body, query = {} }: { body?: unknown; query?: Record<string, string> } = {},
	): Promise<Answer> => {
		const request = {
			...{ method, path, protocol, hostname, query, headers: { host, 'content-type': 'application/json' } },
			...(port ? { port: Number(port) } : {}),
			...(body === undefined ? {} : { body: JSON.stringify(body) }),
		};
		const { headers } = await signer.sign(request);
		const sent = request.body === undefined ? {} : { body: request.body };
		const search = Object.keys(query).length > 0 ? `?${new URLSearchParams(query)}` : '';
		const response = await fetch(`${api.httpUrl}${path}${search}`, { method, headers, ...sent }).catch(error => {
			throw new FramefanError(`${api.httpUrl} can't be reached (${messageOf(error)}): check the address`);
		});
		const text = await response.text();
		const answer = jsonOr(text) as { error?: string; message?: string; path?: string };
		if (response.ok) return answer as Answer;
		const place = answer.path ? `${answer.path}: ` : '';
		const message = `${method} ${path} answered ${response.status}: ${place}${answer.error ?? answer.message}`;
		throw isTransientStatus(response.status) ? new FramefanError(message) : new PermanentError('refused', message);
	};
	const place = (id: string) => `/samplings/${encodeURIComponent(id)}`;
	return {
		start: request => call('POST', '/samplings', { body: request }),
		status: id => call('GET', place(id)),
		list: ({ limit, next }) => {
			const query = { ...(limit ? { limit: String(limit) } : {}), ...(next ? { next } : {}) };
			return call('GET', '/samplings', { query });
		},
		cancel: id => call('DELETE', place(id)),
		retry: id => call('POST', `${place(id)}/retry`),
		estimate: request => call('POST', '/samplings/estimate', { body: request }),
	};
}

const jsonOr = (text: string): unknown => {
	try {
		return JSON.parse(text);
	} catch {
		return { error: text.slice(0, 200) };
	}
};
