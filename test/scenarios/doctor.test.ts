import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { lastingState, openDeployment } from '#test/deployment.ts';
import { lastJson, runFramefan } from '#test/framefan-command.ts';
import type { Workbench } from '#test/workbench.ts';
import type { Check } from '../../cli/doctor/check.ts';

let bench: Workbench;
let keys: Record<string, string>;
beforeAll(async () => {
	const deployment = await openDeployment();
	bench = deployment.bench;
	keys = { ...deployment.env, SUPERVISELY_API_TOKEN: '', AWS_EC2_METADATA_DISABLED: 'true' };
});
afterAll(() => bench.close());

const serve = async (answer: RequestListener): Promise<string> => {
	const server = createServer(answer);
	await new Promise<void>(listening => server.listen(0, '127.0.0.1', listening));
	onTestFinished(() => {
		server.close();
		server.closeAllConnections();
	});
	return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
};

/** No token but that of the test: the home folder may have one. */
const run = (args: string[], env: Record<string, string>) =>
	runFramefan(['doctor', ...args], { HOME: '/nonexistent', API_TOKEN: '', ...keys, ...env });

/** What is wrong, check by check; every one has to come with a remedy. */
const wrongIn = async (args: string[], env: Record<string, string> = {}) => {
	const { code, stdout, stderr } = await run([...args, '--json'], env);
	const { ok, checks } = lastJson(stdout) as { ok: boolean; checks: Check[] };
	const wrong = checks.filter(({ state }) => state === 'wrong');
	expect({ code, ok }, stderr + stdout).toEqual({ code: wrong.length === 0 ? 0 : 1, ok: wrong.length === 0 });
	for (const each of wrong) expect(each.remedy, each.check).not.toBe('');
	return Object.fromEntries(wrong.map(({ check, result, remedy }) => [check, `${result} > ${remedy}`]));
};

test('where all is well, the table says so in 80 columns, and nothing is created', async () => {
	const env = { SUPERVISELY_API_TOKEN: bench.server.token };
	const args = ['--server', bench.server.address, '--api', bench.stack.httpUrl];
	const before = await lastingState(bench);
	const { code, stdout, stderr } = await run(args, env);
	expect({ code, stderr }, stdout).toEqual({ code: 0, stderr: '' });
	expect(stdout.split('\n').filter(line => line.length > 80)).toEqual([]);
	const names = [...stdout.matchAll(/^(\S.*?) +\| (\w+): /gm)].map(([, name, state]) => `${name} ${state}`);
	expect(names).toEqual(
		[
			...['Node.js', 'ffmpeg', 'decoders', 'sharp', 'disk', 'server', 'token'],
			...['AWS credentials', 'API', 'signature', 'clock', 'version', 'its server'],
		].map(name => `${name} ok`),
	);
	expect(stdout).toContain('Supervisely 6.17.8');
	expect(stdout).not.toContain(bench.server.token);
	expect(await lastingState(bench)).toEqual(before);
});

test('without an address it looks at this machine alone', async () => {
	expect(await wrongIn([])).toEqual({});
	const { ffmpeg } = await wrongIn([], { FFMPEG_PATH: '/nowhere/ffmpeg' });
	expect(ffmpeg).toMatch(/^\/nowhere\/ffmpeg can't be run \(ENOENT\) > Set FFMPEG_PATH/);
});

test('a token that is missing, malformed or refused', async () => {
	const args = ['--server', bench.server.address];
	expect(await wrongIn(args)).toEqual({ token: expect.stringMatching(/^none > Set SUPERVISELY_API_TOKEN, or write/) });
	for (const [token, problem] of [
		['first-half\nsecond-half', 'SUPERVISELY_API_TOKEN: it has a line break in it'],
		['not-the-right-one', 'SUPERVISELY_API_TOKEN was refused (401)'],
	] as const) {
		const found = await wrongIn(args, { SUPERVISELY_API_TOKEN: token });
		expect(found).toEqual({ token: `${problem} > Copy the token of your account on the server again.` });
		expect(JSON.stringify(found)).not.toMatch(/half|right/);
	}
});

test('a server that is away, busy, elsewhere, or none of Supervisely', async () => {
	const env = { SUPERVISELY_API_TOKEN: bench.server.token };
	const at = async (answer: RequestListener) => (await wrongIn(['--server', await serve(answer)], env)).server;
	expect(await at((_, response) => response.writeHead(503).end())).toMatch(/^it answers 503: .* > Wait/);
	const redirect = await at((_, response) => response.writeHead(301, { location: 'https://a.example/x' }).end());
	expect(redirect).toMatch(/redirects to https:\/\/a\.example > Set the address that the server really has\.$/);
	const page = await at((_, response) => response.end('<html>Welcome</html>'));
	expect(page).toMatch(/answers 200, but not like a Supervisely server > Give the address of a Supervisely server/);
	const reset = await at((_, response) => response.destroy());
	expect(reset).toMatch(/can't be reached \(.+\) > Check the address, the network/);
});

test('an API without credentials, with others, or that is none of Framefan', async () => {
	const api = ['--api', bench.stack.httpUrl];
	const without = { AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '', AWS_PROFILE: 'nobody' };
	expect(await wrongIn(api, without)).toEqual({
		'AWS credentials': expect.stringMatching(/^No AWS credentials \(profile nobody: .* > Set AWS_PROFILE, sign in/),
	});
	const refused = await wrongIn(api, { AWS_SECRET_ACCESS_KEY: 'not-the-right-one' });
	expect(refused).toEqual({ signature: expect.stringMatching(/^refused \(403\): .* > Use credentials that may/) });
	const region = await wrongIn(api, { AWS_REGION: 'eu-west-1' });
	expect(region.signature).toMatch(/\(eu-west-1 was used\)/);
	const other = await serve((_, response) => response.writeHead(404).end('{"message":"Not Found"}'));
	expect(await wrongIn(['--api', other])).toEqual({
		API: 'it answers 404, but not like Framefan > Give the output HttpUrl of the stack.',
	});
	const gone = await wrongIn(['--api', await serve((_, response) => response.destroy())]);
	expect(gone.API).toMatch(/can't be reached .* > Check the address and the network/);
});

test('a clock that AWS refuses is the reason of a signature that it refuses', async () => {
	const skewed = await serve((_, response) => {
		const date = new Date(Date.now() + 600_000).toUTCString();
		response.writeHead(403, { date }).end('{"message":"Forbidden"}');
	});
	const found = await wrongIn(['--api', skewed]);
	expect(found.clock).toMatch(/^(599|600|601) s behind, at most 300 s are allowed > Set the clock of this machine\.$/);
	expect(found.signature).toBe('refused (403): Forbidden > Set the clock of this machine.');
});

test.each([
	['another release', 200, '{"version":"9.9.9"}', '9.9.9 is deployed, this command is 0.1.0'],
	['a release that does not tell it', 404, '{"message":"Not Found"}', 'unknown (404), this command is 0.1.0'],
])('a deployment of %s', async (_, status, body, result) => {
	const api = await serve(({ url }, response) => {
		if (url === '/version') return response.writeHead(status).end(body);
		response.end(url === '/samplings/estimate' ? '{}' : '{"samplings":[],"next":null}');
	});
	const { code, stdout } = await run(['--api', api, '--json'], {});
	expect(code, stdout).toBe(0);
	const { checks } = lastJson(stdout) as { checks: Check[] };
	expect(checks.find(({ check }) => check === 'version')).toMatchObject({ state: 'note', result });
});

test("a deployment whose Supervisely server refuses the deployment's token", async () => {
	bench.server.setFaults([{ match: 'projects.info', share: 1, action: { status: 401 } }]);
	try {
		const found = await wrongIn(['--api', bench.stack.httpUrl]);
		expect(found).toEqual({ 'its server': expect.stringMatching(/refused the API token .* > Check the parameters/) });
	} finally {
		bench.server.setFaults([]);
	}
});

test.each([
	[1000, 'ok', '1000 concurrent executions'],
	[10, 'note', '10 concurrent executions; 236 run at once by default'],
	[undefined, 'note', 'not read: Lambda answered 403'],
])("the account's quota of Lambda: %s", async (quota, state, result) => {
	const asked: string[] = [];
	const lambda = await serve(({ url, headers }, response) => {
		asked.push(`${url} ${headers.authorization}`);
		if (quota === undefined) response.writeHead(403);
		response.end(JSON.stringify(quota === undefined ? {} : { AccountLimit: { ConcurrentExecutions: quota } }));
	});
	const env = { AWS_ENDPOINT_URL_LAMBDA: lambda };
	const { code, stdout } = await run(['--api', bench.stack.httpUrl, '--json'], env);
	expect(code, stdout).toBe(0);
	const { checks } = lastJson(stdout) as { checks: Check[] };
	expect(checks.find(({ check }) => check === 'Lambda quota')).toMatchObject({ state, result });
	expect(asked).toEqual([
		expect.stringMatching(/^\/2016-08-19\/account-settings AWS4-HMAC-SHA256 .*\/lambda\/aws4_request/),
	]);
});
