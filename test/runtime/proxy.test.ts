import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, request, type Server } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { chosenTemplate, ofType } from '#test/chosen-template.ts';
import { loopbackCertificate, loopbackKey } from '#test/loopback-certificate.ts';
import { nodePrograms } from '#test/runtime-programs.ts';

const repository = join(import.meta.dirname, '..', '..');
const folder = mkdtempSync(join(tmpdir(), 'framefan-proxy-'));
const ca = join(folder, 'ca.pem');
writeFileSync(ca, loopbackCertificate);

/** What the proxy was asked for: hosts with their ports. */
const asked: string[] = [];
const portOf = (server: Server) => (server.address() as AddressInfo).port;

const site = createServer((_, answer) => answer.end('plain'));
const secureSite = createSecureServer({ key: loopbackKey, cert: loopbackCertificate }, (_, answer) =>
	answer.end('secure'),
);
/** Every name leads to the site. */
const proxy = createServer(({ url = '' }, answer) => {
	asked.push(new URL(url).host);
	request({ host: '127.0.0.1', port: portOf(site), path: '/' }, reply => reply.pipe(answer)).end();
}).on('connect', ({ url }, socket, head) => {
	asked.push(String(url));
	const onward = connect(portOf(site), '127.0.0.1', () => {
		socket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
		onward.write(head);
		onward.pipe(socket).pipe(onward);
	});
	for (const end of [socket, onward]) end.on('error', () => {});
});

let node: string | undefined;
let variables: Record<string, string>;
beforeAll(async () => {
	const programs = await nodePrograms();
	if ('nodes' in programs) node = programs.nodes['24'];
	for (const server of [site, secureSite, proxy])
		await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
	const context = { proxy: `http://127.0.0.1:${portOf(proxy)}`, noProxy: 'direct.invalid', privateCa: ca };
	const [, { Environment }] = ofType(chosenTemplate(context), 'AWS::Lambda::Function')[0] as ReturnType<
		typeof ofType
	>[number];
	variables = Environment.Variables;
});
afterAll(() => {
	for (const server of [site, secureSite, proxy]) server.close();
	rmSync(folder, { recursive: true, force: true });
});

/** Runs code on the deployed Node with the variables that tell it of the proxy and of the authority. */
const onNode = async (code: string, more: Record<string, string> = {}): Promise<string> => {
	const told = ['NODE_USE_ENV_PROXY', 'HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY'].map(name => [name, variables[name]]);
	const env = { PATH: process.env.PATH, ...Object.fromEntries(told), ...more };
	const imports = `import { reach } from ${JSON.stringify(join(repository, 'functions/shared/reach.ts'))};`;
	const options = ['--input-type=module', '-e', `${imports}${code}`];
	const { stdout } = await promisify(execFile)(String(node), options, { cwd: repository, env });
	return stdout.trim();
};
const get = (url: string) =>
	`console.log(await (await reach(new URL('${url}'), {})).text().catch(error => error.message));`;

test('the Supervisely server is reached by the proxy, also by https', async context => {
	if (!node) return context.skip();
	expect(await onNode(get('http://supervisely.invalid/'))).toBe('plain');
	expect(asked.splice(0)).toEqual([expect.stringMatching(/^supervisely\.invalid(:80)?$/)]);
	await expect(onNode(get('https://supervisely.invalid/'))).rejects.toThrow("supervisely.invalid can't be reached");
	expect(asked.splice(0)).toEqual(['supervisely.invalid:443']);
});
test('what is on the function itself, and what is excepted, is reached without the proxy', async context => {
	if (!node) return context.skip();
	expect(await onNode(get(`http://127.0.0.1:${portOf(site)}/`))).toBe('plain');
	await expect(onNode(get('http://direct.invalid/'))).rejects.toThrow('ENOTFOUND');
	expect(asked).toEqual([]);
});
test('AWS is reached without the proxy', async context => {
	if (!node) return context.skip();
	const code = `
		import { S3Client, HeadBucketCommand } from '@aws-sdk/client-s3';
		const s3 = new S3Client({ region: 'eu-west-1', endpoint: 'http://s3.invalid', forcePathStyle: true, maxAttempts: 1 });
		await s3.send(new HeadBucketCommand({ Bucket: 'state' })).catch(error => console.log(error.code));`;
	const keys = { AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b' };
	expect(await onNode(code, keys)).toBe('ENOTFOUND');
	expect(asked).toEqual([]);
});
test('a certificate of the private authority is trusted, and without it not', async context => {
	if (!node) return context.skip();
	const url = `https://127.0.0.1:${portOf(secureSite)}/`;
	expect(variables.NODE_EXTRA_CA_CERTS).toBe('/opt/certificates/private-ca.pem');
	expect(await onNode(get(url), { NODE_EXTRA_CA_CERTS: ca })).toBe('secure');
	await expect(onNode(get(url))).rejects.toThrow('DEPTH_ZERO_SELF_SIGNED_CERT');
});
