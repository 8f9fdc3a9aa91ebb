import { FramefanError, messageOf } from '#shared/errors.ts';
import { type ApiAddress, type ApiClient, makeApiClient } from './api-client.ts';
import { UsageError } from './failure.ts';
import { checkAddress } from './options.ts';

/** What the address of a deployment looks like. */
export const apiExample = 'https://abc123.execute-api.us-east-1.amazonaws.com';

/** Where samplings run: a deployment's HTTP API, or this machine. */
export type WhereOptions = { api?: string; local?: boolean; data: string; json?: boolean };

/** @throws UsageError unless exactly one of --api and --local is given, or for an invalid address */
export function checkWhere({ api, local }: Pick<WhereOptions, 'api' | 'local'>): void {
	if ((api === undefined) === !local) throw new UsageError('Give either --api URL or --local');
	if (api !== undefined) checkAddress('--api', api, apiExample);
}

/**
 * Address and credentials of a deployment's API. The credentials are those that other AWS tools find: environment
 * variables, a profile, IAM Identity Center, a web identity, the role of a container or of an instance. The region is
 * taken from the address, or else from `AWS_REGION` or `AWS_DEFAULT_REGION`; default: us-east-1.
 * @throws FramefanError without credentials
 */
export async function deploymentAt(address: string): Promise<ApiAddress> {
	// Loaded here, since only commands for a deployment need it.
	const { defaultProvider } = await import('@aws-sdk/credential-provider-node');
	const credentials = defaultProvider();
	await credentials().catch(error => {
		const profile = process.env.AWS_PROFILE ? `profile ${process.env.AWS_PROFILE}: ` : '';
		throw new FramefanError(
			`No AWS credentials (${profile}${messageOf(error)}): set AWS_PROFILE, sign in with aws sso login, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY`,
		);
	});
	const region = regionIn(address) ?? process.env.AWS_REGION ?? process.env.AWS_DEFAULT_REGION ?? 'us-east-1';
	return { httpUrl: address.replace(/\/+$/, ''), region, credentials };
}

/** The region in the address of a deployment; undefined for an address of another form. */
export function regionIn(address: string): string | undefined {
	return /\.execute-api\.([a-z0-9-]+)\.amazonaws\.com/.exec(address)?.[1];
}

/**
 * Client of a deployment's API.
 * @throws FramefanError without credentials
 */
export async function openApi(address: string): Promise<ApiClient> {
	return makeApiClient(await deploymentAt(address));
}
