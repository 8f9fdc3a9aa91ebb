import { Sha256 } from '@aws-crypto/sha256-js';
import { SignatureV4 } from '@smithy/signature-v4';

/** Where a service listens and who may call it. */
export type ServiceAddress = {
	readonly endpoint: string;
	readonly region: string;
	readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
};

/** Who signs in the tests. */
export const testSigner = {
	region: 'us-east-1',
	credentials: { accessKeyId: 'AKIALOCAL', secretAccessKey: 'local-secret' },
} as const;

/** A request before it is signed. */
export type PlainRequest = {
	readonly method: string;
	readonly path: string;
	readonly query?: Record<string, string>;
	readonly headers?: Record<string, string>;
	readonly body?: string;
};

/** Sends a request that is signed in its header; for what the SDK's clients have no command for. */
export async function signedFetch(address: ServiceAddress, service: string, request: PlainRequest): Promise<Response> {
	const signed = await signedRequest(address, service, request);
	return fetch(urlOf(signed), { method: request.method, headers: signed.headers, body: request.body ?? null });
}

/** A request with its signature. */
export function signedRequest(address: ServiceAddress, service: string, request: PlainRequest) {
	return signer(address, service).sign(unsigned(address, request));
}

function signer({ region, credentials }: ServiceAddress, service: string): SignatureV4 {
	const isS3 = service === 's3';
	return new SignatureV4({ region, credentials, service, sha256: Sha256, uriEscapePath: !isS3, applyChecksum: true });
}

function unsigned({ endpoint }: ServiceAddress, { method, path, query = {}, headers = {}, body }: PlainRequest) {
	const { protocol, hostname, port, host } = new URL(endpoint);
	return {
		method,
		protocol,
		hostname,
		port: Number(port),
		path,
		query,
		headers: { host, ...headers } as Record<string, string>,
		body,
	};
}

type Signed = { protocol: string; hostname: string; port?: number; path: string; query?: Record<string, unknown> };

function urlOf({ protocol, hostname, port, path, query = {} }: Signed): string {
	const pairs = Object.entries(query).map(
		([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(String(value))}`,
	);
	return `${protocol}//${hostname}:${port}${path}${pairs.length > 0 ? `?${pairs.join('&')}` : ''}`;
}
