import { Sha256 } from '@aws-crypto/sha256-js';
import { SignatureV4 } from '@smithy/signature-v4';
import { messageOf } from '#shared/errors.ts';
import packageJson from '../../package.json' with { type: 'json' };
import { type ApiAddress, makeApiFetch } from '../api-client.ts';
import { deploymentAt, regionIn } from '../open-api.ts';
import { type Check, note, ok, wrong } from './check.ts';
import { noSuchProject, objectOf } from './supervisely.ts';

/** AWS refuses a signature whose time differs from its own by more than this. */
const largestSkewSeconds = 5 * 60;
const answerWithinMs = 10_000;
/** Functions that run at once by default: fan-out 20, decode 200, reduce 10, and 2 for each of 3 dead-letter queues. */
export const concurrencyUnlessTold = 236;
const isAddress = 'Give the output HttpUrl of the stack.';

/** Checks a deployment: credentials, API, signature, clock, version, its Supervisely server, and the Lambda quota. */
export async function checkDeployment(address: string): Promise<Check[]> {
	let api: ApiAddress;
	try {
		api = await deploymentAt(address);
	} catch (error) {
		const [result = '', remedy = ''] = messageOf(error).split(/: (?=set AWS_PROFILE)/);
		return [wrong('AWS credentials', result, `${remedy.replace(/^s/, 'S')}.`)];
	}
	const credentials = ok('AWS credentials', `found, for region ${api.region}`);
	const send = makeApiFetch(api);
	try {
		const sent = Date.now();
		const response = await send('listSamplings', { query: { limit: '1' } });
		const clock = checkClock(response.headers.get('date'), (sent + Date.now()) / 2);
		const first = [credentials, ...checkAnswer(address, api, response.status, await response.text(), clock)];
		if (first.some(({ state }) => state === 'wrong')) return [...first, clock];
		const version = await send('deployedVersion', {});
		const deployed = compareVersions(version.status, objectOf(await version.text()).version);
		const estimate = await send('estimateSampling', { body: { source: { projectId: noSuchProject } } });
		const its = checkItsServer(estimate.status, await estimate.text());
		return [...first, clock, deployed, its, ...(await checkQuota(address, api))];
	} catch (error) {
		const [problem = ''] = messageOf(error).split(': check ');
		return [credentials, wrong('API', problem, `Check the address and the network. ${isAddress}`)];
	}
}

const checkAnswer = (address: string, api: ApiAddress, status: number, text: string, clock: Check): Check[] => {
	const { samplings, message, error } = objectOf(text);
	const told = String(message ?? error ?? 'no reason given').slice(0, 200);
	if (status === 200 && Array.isArray(samplings)) return [ok('API', `${address} answers`), ok('signature', 'accepted')];
	if (status === 401 || status === 403) {
		const remedy =
			clock.state === 'wrong'
				? clock.remedy
				: `Use credentials that may execute-api:Invoke this API, and its region (${api.region} was used).`;
		return [ok('API', `${address} answers`), wrong('signature', `refused (${status}): ${told}`, remedy)];
	}
	return status >= 500
		? [wrong('API', `it answers ${status}: ${told}`, 'See the log of the function api.')]
		: [wrong('API', `it answers ${status}, but not like Framefan`, isAddress)];
};

/**
 * Compares this machine's clock with that of an answer.
 * @param date header of the answer
 * @param now this machine's time, in milliseconds
 */
export function checkClock(date: string | null, now: number): Check {
	const theirs = Date.parse(date ?? '');
	if (Number.isNaN(theirs)) return note('clock', 'not compared: the answer has no date', '');
	// The header's seconds are truncated, by half a second on average.
	const seconds = Math.round((now - theirs) / 1000 - 0.5);
	const shown = `${Math.abs(seconds)} s ${seconds < 0 ? 'behind' : 'ahead'}`;
	return Math.abs(seconds) <= largestSkewSeconds
		? ok('clock', Math.abs(seconds) < 2 ? 'right' : shown)
		: wrong('clock', `${shown}, at most ${largestSkewSeconds} s are allowed`, 'Set the clock of this machine.');
}

const compareVersions = (status: number, version: unknown): Check => {
	const own = packageJson.version;
	if (version === own) return ok('version', own);
	const deployed = typeof version === 'string' ? `${version} is deployed` : `unknown (${status})`;
	const remedy = 'Use the same release for both: deploy again, or install that of the deployment.';
	return note('version', `${deployed}, this command is ${own}`, remedy);
};

/** Checks the deployment's answer to a request for a project that does not exist. */
const checkItsServer = (status: number, text: string): Check => {
	const { error, message, path } = objectOf(text);
	const told = String(error ?? message ?? `it answered ${status}`);
	const [, server] = / is not on (\S+): check the id/.exec(told) ?? [];
	if (status === 200 || path === 'source.projectId')
		return ok('its server', `${server ?? 'it'} answers the deployment and accepts its token`);
	const remedy = 'Check the parameters SuperviselyServer and TokenParameter of the stack, and the token in SSM.';
	return wrong('its server', told.slice(0, 300), remedy);
};

/** Checks the account's quota. The request is signed here, which saves another AWS client. */
const checkQuota = async (address: string, { region, credentials }: ApiAddress): Promise<Check[]> => {
	const told = process.env.AWS_ENDPOINT_URL_LAMBDA;
	// An API that is not on AWS, such as a local stack, has no account.
	if (!told && regionIn(address) === undefined) return [];
	const unread = (why: string) =>
		note('Lambda quota', `not read: ${why}`, 'It needs lambda:GetAccountSettings; Service Quotas shows it, too.');
	try {
		const url = new URL('/2016-08-19/account-settings', told ?? `https://lambda.${region}.amazonaws.com`);
		const { protocol, hostname, host, port, pathname: path } = url;
		const signer = new SignatureV4({ service: 'lambda', region, credentials, sha256: Sha256 });
		const place = { protocol, hostname, path, ...(port ? { port: Number(port) } : {}) };
		const { headers } = await signer.sign({ method: 'GET', ...place, headers: { host } });
		const response = await fetch(url, { headers, signal: AbortSignal.timeout(answerWithinMs) });
		const { AccountLimit } = objectOf(await response.text()) as { AccountLimit?: { ConcurrentExecutions?: unknown } };
		const quota = AccountLimit?.ConcurrentExecutions;
		return [typeof quota === 'number' ? compareQuota(quota) : unread(`Lambda answered ${response.status}`)];
	} catch (error) {
		return [unread(messageOf(error))];
	}
};

const compareQuota = (quota: number): Check =>
	quota >= concurrencyUnlessTold
		? ok('Lambda quota', `${quota} concurrent executions`)
		: note(
				'Lambda quota',
				`${quota} concurrent executions; ${concurrencyUnlessTold} run at once by default`,
				'Ask AWS for more, or deploy with a smaller DecodeWidth, FanOutWidth and RecountWidth.',
			);
