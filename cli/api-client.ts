import { Sha256 } from '@aws-crypto/sha256-js';
import { SignatureV4 } from '@smithy/signature-v4';
import { FramefanError } from '#shared/errors.ts';
import type { SamplingRequestInput } from '#shared/sampling/request.ts';
import type { SamplingStatus } from '../functions/api/sampling-status.ts';

/** Framefan's own HTTP API, signed as its IAM authorizer asks. */
export type ApiClient = {
	start(request: SamplingRequestInput): Promise<{ id: string }>;
	status(id: string): Promise<SamplingStatus>;
};

export const makeApiClient = (api: {
	httpUrl: string;
	region: string;
	credentials: { accessKeyId: string; secretAccessKey: string };
}): ApiClient => {
	const { hostname, port, protocol, host } = new URL(api.httpUrl);
	const { region, credentials } = api;
	const signer = new SignatureV4({ service: 'execute-api', region, credentials, sha256: Sha256 });
	const call = async (method: string, path: string, body?: unknown): Promise<unknown> => {
		const request = {
			...{ method, path, protocol, hostname, query: {}, headers: { host, 'content-type': 'application/json' } },
			...(port ? { port: Number(port) } : {}),
			...(body === undefined ? {} : { body: JSON.stringify(body) }),
		};
		const { headers } = await signer.sign(request);
		const sent = request.body === undefined ? {} : { body: request.body };
		const response = await fetch(`${api.httpUrl}${path}`, { method, headers, ...sent });
		const answer = (await response.json()) as { error?: string; message?: string; path?: string };
		if (response.ok) return answer;
		const place = answer.path ? `${answer.path}: ` : '';
		throw new FramefanError(`${method} ${path} answered ${response.status}: ${place}${answer.error ?? answer.message}`);
	};
	return {
		start: request => call('POST', '/samplings', request) as Promise<{ id: string }>,
		status: id => call('GET', `/samplings/${encodeURIComponent(id)}`) as Promise<SamplingStatus>,
	};
};
