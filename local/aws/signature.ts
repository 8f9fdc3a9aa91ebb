import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { type QueryPair, uriEncode, uriEncodePath } from './request-target.ts';

/** The one key pair a local service accepts. */
export type Credentials = {
	readonly accessKeyId: string;
	readonly secretAccessKey: string;
};

/** What the signature of a request covers. */
export type SignedRequest = {
	readonly method: string;
	/** Path as received, still percent-encoded. */
	readonly path: string;
	readonly query: readonly QueryPair[];
	/** Lower-case names, as `node:http` gives them. */
	readonly headers: Readonly<Record<string, string | string[] | undefined>>;
	/** Hex SHA-256 of the body, or a constant such as `UNSIGNED-PAYLOAD`. */
	readonly bodySha256: string;
};

/** Accepted credentials and scope. */
export type Signer = {
	readonly credentials: Credentials;
	readonly region: string;
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
	| 'expired'
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
	/** Seconds a presigned URL is good for; absent for a signed header. */
	readonly expires?: number;
};

const algorithm = 'AWS4-HMAC-SHA256';
const largestSkewMs = 15 * 60_000;
const longestPresignedSeconds = 7 * 86_400;

/**
 * Checks a Signature Version 4, in the `Authorization` header or in the query of a presigned URL
 * (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html).
 *
 * @returns whether the request was signed in its header or as a presigned URL.
 * @throws SignatureError
 */
export function verifySignature(request: SignedRequest, signer: Signer): 'header' | 'presigned' {
	const signature = parseSignature(request);
	const [accessKeyId, ...scope] = signature.credential.split('/');
	if (scope.length !== 4) throw new SignatureError('malformed', 'The credential has no date, region and service.');
	if (accessKeyId !== signer.credentials.accessKeyId)
		throw new SignatureError('unknown-key', 'The access key id you provided does not exist in our records.');
	const expectedScope = [signature.timestamp.slice(0, 8), signer.region, signer.service, 'aws4_request'];
	if (scope.join('/') !== expectedScope.join('/'))
		throw new SignatureError('wrong-scope', `Credential should be scoped to ${expectedScope.join('/')}.`);
	checkTime(signature, signer.now ?? Date.now());
	checkCoverage(request, signature);

	const toSign = [
		algorithm,
		signature.timestamp,
		scope.join('/'),
		sha256(canonicalRequest(request, signature, signer.service)),
	];
	const expected = hmac(signingKey(signer.credentials.secretAccessKey, expectedScope), toSign.join('\n'));
	const given = Buffer.from(signature.signature, 'hex');
	if (given.length !== expected.length || !timingSafeEqual(given, expected))
		throw new SignatureError(
			'mismatch',
			'The request signature we calculated does not match the signature you provided. Check your key and signing method.',
		);
	return signature.expires === undefined ? 'header' : 'presigned';
}

function parseSignature(request: SignedRequest): Signature {
	const header = request.headers.authorization;
	if (typeof header === 'string') {
		const parts = new RegExp(`^${algorithm} +Credential=([^, ]+), *SignedHeaders=([^, ]+), *Signature=([^, ]+)$`).exec(
			header,
		);
		if (!parts) throw new SignatureError('malformed', `The authorization header is not a valid ${algorithm} header.`);
		return {
			credential: parts[1] ?? '',
			signedHeaders: (parts[2] ?? '').split(';'),
			signature: parts[3] ?? '',
			timestamp: String(request.headers['x-amz-date'] ?? ''),
		};
	}
	const query = new Map(request.query);
	if (!query.has('X-Amz-Signature')) throw new SignatureError('missing', 'The request is not signed.');
	if (query.get('X-Amz-Algorithm') !== algorithm)
		throw new SignatureError('malformed', `X-Amz-Algorithm only supports ${algorithm}.`);
	const expires = Number(query.get('X-Amz-Expires'));
	if (!Number.isInteger(expires) || expires < 1 || expires > longestPresignedSeconds)
		throw new SignatureError('malformed', `X-Amz-Expires must be between 1 and ${longestPresignedSeconds} seconds.`);
	return {
		credential: query.get('X-Amz-Credential') ?? '',
		signedHeaders: (query.get('X-Amz-SignedHeaders') ?? '').split(';'),
		signature: query.get('X-Amz-Signature') ?? '',
		timestamp: query.get('X-Amz-Date') ?? '',
		expires,
	};
}

function checkTime(signature: Signature, now: number): void {
	const parts = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(signature.timestamp);
	if (!parts) throw new SignatureError('malformed', 'The signing date must look like 20260102T030405Z.');
	const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts.slice(1).map(Number);
	const signedAt = Date.UTC(year, month - 1, day, hour, minute, second);
	if (signature.expires !== undefined && now > signedAt + signature.expires * 1000)
		throw new SignatureError('expired', 'Request has expired');
	const skew = signature.expires === undefined ? Math.abs(now - signedAt) : signedAt - now;
	if (skew > largestSkewMs)
		throw new SignatureError('skewed', 'The difference between the request time and the current time is too large.');
}

function checkCoverage(request: SignedRequest, signature: Signature): void {
	const needed = Object.keys(request.headers).filter(name => name === 'host' || name.startsWith('x-amz-'));
	const unsigned = needed.filter(name => !signature.signedHeaders.includes(name));
	if (unsigned.length > 0)
		throw new SignatureError(
			'unsigned-header',
			`There were headers present in the request which were not signed: ${unsigned}`,
		);
}

function canonicalRequest(request: SignedRequest, signature: Signature, service: string): string {
	const query = request.query
		.filter(([name]) => name !== 'X-Amz-Signature')
		.map(([name, value]) => [uriEncode(name), uriEncode(value)] as const)
		.sort(([a, x], [b, y]) => (a === b ? Number(x > y) - Number(x < y) : a < b ? -1 : 1));
	const headers = signature.signedHeaders.map(name => {
		const value = request.headers[name];
		return `${name}:${[value ?? ''].flat().join(',').trim().replace(/ +/g, ' ')}\n`;
	});
	return [
		request.method,
		// S3 signs the path encoded once, every other service the encoded path encoded again.
		service === 's3' ? uriEncodePath(decodeURIComponent(request.path)) : uriEncodePath(request.path),
		query.map(pair => pair.join('=')).join('&'),
		headers.join(''),
		signature.signedHeaders.join(';'),
		request.bodySha256,
	].join('\n');
}

function signingKey(secret: string, scope: readonly string[]): Buffer {
	return scope.reduce<Buffer>((key, part) => hmac(key, part), Buffer.from(`AWS4${secret}`));
}

function hmac(key: Buffer, text: string): Buffer {
	return createHmac('sha256', key).update(text).digest();
}

function sha256(text: string): string {
	return createHash('sha256').update(text).digest('hex');
}
