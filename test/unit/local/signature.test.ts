import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseTarget } from '#local/aws/request-target.ts';
import { type SignatureError, type SignedRequest, verifySignature } from '#local/aws/signature.ts';
import { type PlainRequest, signedFetch, testSigner } from '#test/signed-request.ts';

const { region, credentials } = testSigner;
const signer = { credentials, region, service: 'execute-api' };

describe('a request signed for an HTTP API', () => {
	let last: SignedRequest | undefined;
	const server = createServer(async (request, response) => {
		last = await received(request);
		response.end();
	});
	beforeAll(() => new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve)));
	afterAll(() => new Promise(resolve => server.close(resolve)));

	const send = async (request: PlainRequest): Promise<SignedRequest> => {
		const { port } = server.address() as AddressInfo;
		await signedFetch({ endpoint: `http://127.0.0.1:${port}`, region, credentials }, 'execute-api', request);
		return last as SignedRequest;
	};
	const fault = (request: SignedRequest, by = {}): Promise<string> =>
		verifySignature(request, { ...signer, ...by }).then(
			() => 'none',
			(error: SignatureError) => error.fault,
		);

	it('is accepted, whatever its path and query', async () => {
		const requests: PlainRequest[] = [
			{ method: 'GET', path: '/samplings' },
			{ method: 'POST', path: '/samplings', body: '{"project":1}', headers: { 'content-type': 'application/json' } },
			{ method: 'GET', path: '/samplings/a%20b%2Fc', query: { 'b-2': 'x y', b: '1+1=2', a: '' } },
		];
		for (const request of requests) expect(await fault(await send(request))).toBe('none');
	});

	it('is refused for each thing that was changed, by its name', async () => {
		const good = await send({ method: 'POST', path: '/samplings', body: '{}', headers: { 'x-amz-meta': 'a  b' } });
		const { authorization, ...unsigned } = good.headers;
		const signature = String(authorization);
		const changes: Record<string, [SignedRequest, object?]> = {
			none: [good],
			mismatch: [{ ...good, path: '/samplings/1' }],
			missing: [{ ...good, headers: unsigned }],
			malformed: [{ ...good, headers: { ...unsigned, authorization: 'Basic YTpi' } }],
			skewed: [good, { now: Date.now() + 16 * 60_000 }],
			'unknown-key': [good, { credentials: { ...credentials, accessKeyId: 'other' } }],
			'wrong-scope': [good, { service: 's3' }],
			'unsigned-header': [{ ...good, headers: { ...good.headers, 'x-amz-acl': 'public-read' } }],
		};
		for (const [expected, [request, by]] of Object.entries(changes)) expect(await fault(request, by)).toBe(expected);
		const others: [SignedRequest, object?][] = [
			[{ ...good, method: 'PUT' }],
			[{ ...good, query: [['a', 'b']] }],
			[{ ...good, bodySha256: createHash('sha256').update('{ }').digest('hex') }],
			[{ ...good, headers: { ...good.headers, 'x-amz-meta': 'a c' } }],
			[{ ...good, headers: { ...good.headers, authorization: signature.replace(/[0-9a-f]{2}$/, '') } }],
			[good, { credentials: { ...credentials, secretAccessKey: 'other' } }],
		];
		for (const [request, by] of others) expect(await fault(request, by)).toBe('mismatch');
	});
});

async function received(request: IncomingMessage): Promise<SignedRequest> {
	const hash = createHash('sha256');
	for await (const chunk of request) hash.update(chunk);
	const { path, query } = parseTarget(request.url ?? '');
	return { method: request.method ?? '', path, query, headers: request.headers, bodySha256: hash.digest('hex') };
}
