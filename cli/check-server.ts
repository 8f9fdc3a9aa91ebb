import { FramefanError, messageOf } from '#shared/errors.ts';

const timeoutMs = 10_000;

/**
 * Asks the server one question before anything is started, so that a wrong address or token is told at once.
 * @throws FramefanError that names the address and what to do
 */
export const checkServer = async (server: string, token: string, project: number): Promise<void> => {
	let response: Response;
	try {
		response = await fetch(new URL(`${server.replace(/\/+$/, '')}/public/api/v3/projects.info`), {
			method: 'POST',
			headers: { 'content-type': 'application/json', 'x-api-key': token },
			body: JSON.stringify({ id: project }),
			redirect: 'error',
			signal: AbortSignal.timeout(timeoutMs),
		});
	} catch (error) {
		const why = (error as { cause?: { code?: string } }).cause?.code ?? messageOf(error);
		throw new FramefanError(`${server} can't be reached (${why}): check the address and the network`);
	}
	const text = await response.text().catch(() => '');
	if (response.status === 401 || response.status === 403) {
		throw new FramefanError(`${server} refused the API token (${response.status}): check SUPERVISELY_API_TOKEN`);
	}
	try {
		JSON.parse(text);
	} catch {
		throw new FramefanError(
			`${server} doesn't answer like a Supervisely server (${response.status}): check the address`,
		);
	}
};
