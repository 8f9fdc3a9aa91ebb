import { timingSafeEqual } from 'node:crypto';
import { Sha256 } from '@aws-crypto/sha256-js';
import { SignatureV4 } from '@smithy/signature-v4';
import { type Caller, type Credentials, owner, type Roles } from './iam/callers.ts';
import type { QueryPair } from './request-target.ts';

/** What the signature of a request covers. */
export type SignedRequest = {
	readonly method: string;
	/** Path as received, still percent-encoded. */
	readonly path: string;
	readonly query: readonly QueryPair[];
	/** Lower-case names, as `node:http` gives them. */
	readonly headers: Readonly<Record<string, string | string[] | undefined>>;
	/** Hex SHA-256 of the body; for S3, the one that the sender has declared. */
	readonly bodySha256: string;
};

/** Who may call a service. */
export type Access = {
	/** Of the owner, who may do everything. */
	readonly credentials: Credentials;
	/** Who may do what their policies allow. */
	readonly roles?: Roles | undefined;
	readonly region: string;
};

/** Accepted callers and scope. */
export type Signer = Access & {
	/** Signing name of the service: `s3`, `sqs`, `execute-api`. */
	readonly service: string;
	/** Epoch milliseconds; default: now. */
	readonly now?: number;
};

export type SignatureFault =
	| 'missing'
	| 'malformed'
	| 'unknown-key'
	| 'wrong-scope'
	| 'unsigned-header'
	| 'skewed'
	| 'mismatch';

/** Why a signature was refused; each service has its own error code for a {@link SignatureFault}. */
export class SignatureError extends Error {
	override readonly name = 'SignatureError';
	readonly fault: SignatureFault;
	constructor(fault: SignatureFault, message: string) {
		super(message);
		this.fault = fault;
	}
}

type Signature = {
	readonly credential: string;
	readonly timestamp: string;
	readonly signedHeaders: readonly string[];
	readonly signature: string;
};

const algorithm = 'AWS4-HMAC-SHA256';
const payloadHeader = 'x-amz-content-sha256';
const largestSkewMs = 15 * 60_000;

/**
 * Checks a Signature Version 4 in the `Authorization` header, by signing the request again
 * (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html).
 *
 * @returns who has signed it
 * @throws SignatureError
 */
export async function verifySignature(request: SignedRequest, signer: Signer): Promise<Caller> {
	const signature = parseSignature(request);
	const [accessKeyId, ...scope] = signature.credential.split('/');
	if (scope.length !== 4) throw new SignatureError('malformed', 'The credential has no date, region and service.');
	const caller = callerOf(accessKeyId ?? '', signer);
	if (!caller) throw new SignatureError('unknown-key', 'The access key id you provided does not exist in our records.');
	const expectedScope = [signature.timestamp.slice(0, 8), signer.region, signer.service, 'aws4_request'].join('/');
	if (scope.join('/') !== expectedScope)
		throw new SignatureError('wrong-scope', `Credential should be scoped to ${expectedScope}.`);
	const signedAt = timeOf(signature);
	if (Math.abs((signer.now ?? Date.now()) - signedAt.getTime()) > largestSkewMs)
		throw new SignatureError('skewed', 'The difference between the request time and the current time is too large.');
	checkCoverage(request, signature);

	const expected = Buffer.from(await signAgain(request, signature, signedAt, signer, caller));
	const given = Buffer.from(signature.signature);
	if (given.length !== expected.length || !timingSafeEqual(given, expected))
		throw new SignatureError(
			'mismatch',
			'The request signature we calculated does not match the signature you provided. Check your key and signing method.',
		);
	return caller;
}

function callerOf(accessKeyId: string, { credentials, roles }: Signer): Caller | undefined {
	return accessKeyId === credentials.accessKeyId ? owner(credentials) : roles?.find(accessKeyId);
}

function parseSignature({ headers }: SignedRequest): Signature {
	const { authorization } = headers;
	if (typeof authorization !== 'string') throw new SignatureError('missing', 'The request is not signed.');
	const form = new RegExp(`^${algorithm} +Credential=([^, ]+), *SignedHeaders=([^, ]+), *Signature=([^, ]+)$`);
	const [, credential, names, signature] = form.exec(authorization) ?? [];
	if (credential === undefined || names === undefined || signature === undefined)
		throw new SignatureError('malformed', `The authorization header is not a valid ${algorithm} header.`);
	return { credential, signedHeaders: names.split(';'), signature, timestamp: String(headers['x-amz-date'] ?? '') };
}

function timeOf({ timestamp }: Signature): Date {
	const time = timestamp.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z');
	if (time === timestamp || Number.isNaN(Date.parse(time)))
		throw new SignatureError('malformed', 'The signing date must look like 20260102T030405Z.');
	return new Date(time);
}

function checkCoverage({ headers }: SignedRequest, { signedHeaders }: Signature): void {
	const needed = Object.keys(headers).filter(name => name === 'host' || name.startsWith('x-amz-'));
	const unsigned = needed.filter(name => !signedHeaders.includes(name));
	if (unsigned.length > 0)
		throw new SignatureError(
			'unsigned-header',
			`There were headers present in the request which were not signed: ${unsigned}`,
		);
}

/** The signature that the holder of the credentials gives the request, over the headers its sender has signed. */
async function signAgain(
	{ method, path, query, headers, bodySha256 }: SignedRequest,
	{ signedHeaders }: Signature,
	signingDate: Date,
	{ region, service }: Signer,
	{ credentials }: Caller,
): Promise<string> {
	const signed = signedHeaders.map(name => [name, [headers[name] ?? ''].flat().join(',')] as const);
	// S3 signs the path as it is, every other service the encoded path encoded again.
	const uriEscapePath = service !== 's3';
	const signer = new SignatureV4({
		credentials,
		region,
		service,
		uriEscapePath,
		sha256: Sha256,
		applyChecksum: false,
	});
	const { headers: again } = await signer.sign(
		{
			method,
			protocol: 'http:',
			hostname: '127.0.0.1',
			path,
			query: grouped(query),
			headers: { ...Object.fromEntries(signed), [payloadHeader]: bodySha256 },
		},
		{
			signingDate,
			signableHeaders: new Set(signedHeaders),
			// This header, which has the hash of the body, is signed only if the sender has signed it.
			unsignableHeaders: new Set([payloadHeader]),
		},
	);
	return again.authorization?.replace(/^.*Signature=/, '') ?? '';
}

function grouped(query: readonly QueryPair[]): Record<string, string[]> {
	const values = new Map<string, string[]>();
	for (const [name, value] of query) values.set(name, [...(values.get(name) ?? []), value]);
	return Object.fromEntries(values);
}
