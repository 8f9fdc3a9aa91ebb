import { makeSuperviselyApi, type SuperviselyApi } from '#shared/supervisely/remote/api.ts';
import { connectSupervisely } from '#shared/supervisely/remote/http-client.ts';

/**
 * A connection to one Supervisely server. The token is requested when needed and sent to that server only.
 * @example
 * ```ts
 * import { SuperviselyClient } from 'framefan';
 *
 * const client = new SuperviselyClient('https://app.supervisely.com', process.env.SUPERVISELY_API_TOKEN ?? '');
 * ```
 */
export class SuperviselyClient {
	/** The address of the server, as given. */
	readonly server: string;
	readonly #api: SuperviselyApi;

	/**
	 * @param server such as `https://app.supervisely.com`
	 * @param token the API token, or a function that returns it
	 */
	constructor(server: string, token: string | (() => Promise<string>)) {
		this.server = server;
		this.#api = makeSuperviselyApi(connectSupervisely(server, typeof token === 'string' ? async () => token : token));
	}

	/** @internal */
	static apiOf(client: SuperviselyClient): SuperviselyApi {
		return client.#api;
	}
}
