import { FramefanError, messageOf, PermanentError } from '#shared/errors.ts';
import { redirectMessage } from '#shared/reach.ts';
import { retrying } from '#shared/retrying.ts';
import { isTransientStatus } from '#shared/transient.ts';
import { malformed } from './token.ts';

const timeoutMs = 10_000;
const mostTries = 5;

/** Errors that mean that the server is unreachable; all others may be transient. */
const unreachableCodes = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EHOSTUNREACH', 'ENETUNREACH']);

/**
 * Calls the server before anything is started, to detect a wrong address or token.
 * @throws FramefanError with the address and the remedy
 */
export async function checkServer(server: string, token: string, project: number): Promise<void> {
	const problem = malformed(token);
	// `fetch` would fail on such a token and quote it, and the server would seem to be unreachable.
	if (problem) throw new FramefanError(`The API token is invalid: ${problem}. Copy it again`);
	const { status, text } = await ask(server, token.trim(), project);
	if (status === 401 || status === 403) {
		throw new FramefanError(`${server} refused the API token (${status}): check SUPERVISELY_API_TOKEN`);
	}
	// Transient errors are left to the functions, which retry for longer.
	if (isTransientStatus(status)) return;
	try {
		JSON.parse(text);
	} catch {
		throw new FramefanError(`${server} doesn't answer like a Supervisely server (${status}): check the address`);
	}
}

const ask = async (server: string, token: string, project: number): Promise<{ status: number; text: string }> => {
	const once = async () => {
		const response = await fetch(new URL(`${server.replace(/\/+$/, '')}/public/api/v3/projects.info`), {
			method: 'POST',
			headers: { 'content-type': 'application/json', 'x-api-key': token },
			body: JSON.stringify({ id: project }),
			redirect: 'manual',
			signal: AbortSignal.timeout(timeoutMs),
		});
		const redirect = redirectMessage(server, response);
		if (redirect) throw new PermanentError('refused', redirect);
		return { status: response.status, text: await response.text() };
	};
	const isUnreachable = (error: unknown) => unreachableCodes.has(reasonOf(error));
	try {
		return await retrying(once, { retries: mostTries - 1, minTimeout: 100, isLast: isUnreachable });
	} catch (error) {
		if (error instanceof PermanentError) throw error;
		throw new FramefanError(`${server} can't be reached (${reasonOf(error)}): check the address and the network`);
	}
};

const reasonOf = (error: unknown): string => (error as { cause?: { code?: string } }).cause?.code ?? messageOf(error);
