import { GetParameterCommand, type SSMClient } from '@aws-sdk/client-ssm';
import { FramefanError } from '../errors.ts';

/** How long a token is cached, in milliseconds: a rotated one is picked up after that. */
const keptMs = 5 * 60_000;

/** Returns the API token; `isRefused`: the server refused the last one, so the cache is skipped. */
export type Token = (isRefused?: boolean) => Promise<string>;

/** Reads the API token from an SSM SecureString; cached in memory for a few minutes, never stored. */
export function makeToken(ssm: SSMClient, Name: string): Token {
	let known: { token: string; until: number } | undefined;
	return async (isRefused = false) => {
		if (!isRefused && known && known.until > Date.now()) return known.token;
		const { Parameter } = await ssm.send(new GetParameterCommand({ Name, WithDecryption: true }));
		if (!Parameter?.Value)
			throw new FramefanError(`SSM parameter ${Name} is empty: store the Supervisely API token in it`);
		known = { token: Parameter.Value, until: Date.now() + keptMs };
		return known.token;
	};
}
