import { FramefanError } from '#shared/errors.ts';
import { type ApiClient, makeApiClient } from './api-client.ts';
import { checkAddress } from './options.ts';
import { UsageError } from './usage-error.ts';

/** Where samplings run: a deployment's HTTP API, or this machine. */
export type WhereOptions = { api?: string; local?: boolean; data: string; json?: boolean };

/** @throws UsageError unless exactly one of them is given */
export function checkWhere({ api, local }: WhereOptions): void {
	if ((api === undefined) === !local) throw new UsageError('Give either --api URL or --local');
	if (api !== undefined) checkAddress('--api', api, 'https://abc123.execute-api.us-east-1.amazonaws.com');
}

/**
 * Client of a deployment's API, with the credentials of the environment. The region is taken from the address, or from
 * `AWS_REGION`.
 * @throws FramefanError without credentials
 */
export function openApi(address: string): ApiClient {
	const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey, AWS_SESSION_TOKEN } = process.env;
	if (!accessKeyId || !secretAccessKey) {
		throw new FramefanError(
			'No AWS credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, for example with eval "$(aws configure export-credentials --format env)"',
		);
	}
	const inAddress = /\.execute-api\.([a-z0-9-]+)\.amazonaws\.com/.exec(address)?.[1];
	const region = inAddress ?? process.env.AWS_REGION ?? process.env.AWS_DEFAULT_REGION ?? 'us-east-1';
	const sessionToken = AWS_SESSION_TOKEN ? { sessionToken: AWS_SESSION_TOKEN } : {};
	const credentials = { accessKeyId, secretAccessKey, ...sessionToken };
	return makeApiClient({ httpUrl: address.replace(/\/+$/, ''), region, credentials });
}
