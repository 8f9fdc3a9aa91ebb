import { messageOf } from '#shared/errors.ts';
import { reach, redirectMessage } from '#shared/reach.ts';
import { isTransientStatus } from '#shared/transient.ts';
import { malformed, type StoredToken, storedToken } from '../token.ts';
import { type Check, note, ok, wrong } from './check.ts';

const answerWithinMs = 10_000;
const checkAddress = 'Check the address, the network and the proxy.';
const copyToken = 'Copy the token of your account on the server again.';
/** A project id that no server has reached: a request for it has no effect and a small answer. */
export const noSuchProject = 2_147_483_647;

/** Checks the form of this machine's token, when no server is named. */
export function checkStoredToken(): Check {
	const found = storedToken();
	return found
		? (checkForm(found) ?? ok('token', `${found.place}, not tried: no --server was given`))
		: note('token', 'none', 'Only sample --server needs one: set SUPERVISELY_API_TOKEN.');
}

/** Checks a Supervisely server, and whether it accepts the token of this machine. */
export async function checkSupervisely(server: string): Promise<Check[]> {
	const found = storedToken();
	const form: Check | undefined = found
		? checkForm(found)
		: wrong('token', 'none', 'Set SUPERVISELY_API_TOKEN, or write API_TOKEN=… into ~/supervisely.env.');
	const token = found && !form ? found.token.trim() : undefined;
	const version = await call(server, 'instance.version', {}, token);
	const answers =
		'problem' in version ? wrong('server', version.problem, version.remedy) : checkVersion(server, version);
	if (form || !found) return [...(form ? [form] : []), answers];
	if (answers.state === 'wrong') return [answers, note('token', `${found.place}, not tried`, '')];
	const project = await call(server, 'projects.info', { id: noSuchProject }, token);
	return [answers, checkAccepted(found, project)];
}

const checkForm = ({ token, place }: StoredToken): Check | undefined => {
	const problem = malformed(token);
	return problem === undefined ? undefined : wrong('token', `${place}: ${problem}`, copyToken);
};

type Answer = { status: number; text: string } | { problem: string; remedy: string };

/** Calls a method of a server once. */
async function call(server: string, method: string, body: unknown, token: string | undefined): Promise<Answer> {
	try {
		const response = await reach(new URL(`${server.replace(/\/+$/, '')}/public/api/v3/${method}`), {
			method: 'POST',
			headers: { 'content-type': 'application/json', ...(token === undefined ? {} : { 'x-api-key': token }) },
			body: JSON.stringify(body),
			redirect: 'manual',
			signal: AbortSignal.timeout(answerWithinMs),
		});
		const [problem, remedy = ''] = redirectMessage(server, response)?.split(': set ') ?? [];
		if (problem) return { problem, remedy: `Set ${remedy}.` };
		const text = await response.text();
		return isTransientStatus(response.status)
			? { problem: `it answers ${response.status}: overloaded or in maintenance`, remedy: 'Wait, then try again.' }
			: { status: response.status, text };
	} catch (error) {
		const isLate = error instanceof DOMException && error.name === 'TimeoutError';
		const problem = isLate ? `no answer within ${answerWithinMs / 1000} s` : messageOf(error).split(': check ')[0];
		return { problem: problem ?? '', remedy: checkAddress };
	}
}

const checkVersion = (server: string, { status, text }: { status: number; text: string }): Check => {
	const { version, error } = objectOf(text);
	if (typeof version === 'string') return ok('server', `Supervisely ${version} at ${server}`);
	// Some servers report their version only with a token.
	if ((status === 401 || status === 403) && error !== undefined) return ok('server', `${server} answers`);
	const remedy = 'Give the address of a Supervisely server, such as https://app.supervisely.com';
	return wrong('server', `${server} answers ${status}, but not like a Supervisely server`, remedy);
};

const checkAccepted = ({ place }: StoredToken, answer: Answer): Check => {
	if ('problem' in answer) return wrong('token', `not tried: ${answer.problem}`, answer.remedy);
	return answer.status === 401 || answer.status === 403
		? wrong('token', `${place} was refused (${answer.status})`, copyToken)
		: ok('token', `${place} was accepted`);
};

/** The fields of an answer; an empty object if the answer is not a JSON object. */
export function objectOf(text: string): Record<string, unknown> {
	try {
		const value: unknown = JSON.parse(text);
		return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
	} catch {
		return {};
	}
}
