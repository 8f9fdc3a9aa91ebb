import { FramefanError, messageOf } from '#shared/errors.ts';
import { isTransientStatus } from '#shared/transient.ts';

const timeoutMs = 10_000;
const attempts = 5;

/** Answers that mean that nothing is there to answer; any other failure may pass. */
const nobodyThere = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EHOSTUNREACH', 'ENETUNREACH']);

/**
 * Asks the server one question before anything is started, so that a wrong address or token is told at once.
 * @throws FramefanError that names the address and what to do
 */
export const checkServer = async (server: string, token: string, project: number): Promise<void> => {
	const { status, text } = await ask(server, token, project);
	if (status === 401 || status === 403) {
		throw new FramefanError(`${server} refused the API token (${status}): check SUPERVISELY_API_TOKEN`);
	}
	// An overloaded server may answer anything: the functions have more patience.
	if (isTransientStatus(status)) return;
	try {
		JSON.parse(text);
	} catch {
		throw new FramefanError(`${server} doesn't answer like a Supervisely server (${status}): check the address`);
	}
};

const ask = async (server: string, token: string, project: number): Promise<{ status: number; text: string }> => {
	for (let attempt = 1; ; attempt++) {
		try {
			const response = await fetch(new URL(`${server.replace(/\/+$/, '')}/public/api/v3/projects.info`), {
				method: 'POST',
				headers: { 'content-type': 'application/json', 'x-api-key': token },
				body: JSON.stringify({ id: project }),
				redirect: 'error',
				signal: AbortSignal.timeout(timeoutMs),
			});
			return { status: response.status, text: await response.text() };
		} catch (error) {
			const why = (error as { cause?: { code?: string } }).cause?.code ?? messageOf(error);
			if (attempt === attempts || nobodyThere.has(why)) {
				throw new FramefanError(`${server} can't be reached (${why}): check the address and the network`);
			}
			await new Promise(resolve => setTimeout(resolve, 200 * attempt));
		}
	}
};
