import { GetParameterCommand, type SSMClient } from '@aws-sdk/client-ssm';
import { FramefanError } from '../errors.ts';

/** Seconds after which a rotated token is picked up. */
const keptMs = 5 * 60_000;

/** The API token; `isRefused`: the one that was given last is, so that a new one is looked for. */
export type Token = (isRefused?: boolean) => Promise<string>;

/** Reads the API token by the name of its SSM SecureString; kept in memory for a few minutes, never elsewhere. */
export const makeToken = (ssm: SSMClient, Name: string): Token => {
	let known: { token: string; until: number } | undefined;
	return async (isRefused = false) => {
		if (!isRefused && known && known.until > Date.now()) return known.token;
		const { Parameter } = await ssm.send(new GetParameterCommand({ Name, WithDecryption: true }));
		if (!Parameter?.Value)
			throw new FramefanError(`SSM parameter ${Name} is empty: store the Supervisely API token in it`);
		known = { token: Parameter.Value, until: Date.now() + keptMs };
		return known.token;
	};
};
