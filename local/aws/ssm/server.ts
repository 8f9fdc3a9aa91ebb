import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { AccessDenied } from '#local/aws/iam/callers.ts';
import { type LoopbackServer, listenOnLoopback, readBody } from '#local/aws/loopback.ts';
import { parseTarget } from '#local/aws/request-target.ts';
import { type Access, SignatureError, type SignatureFault, verifySignature } from '#local/aws/signature.ts';

/** Serves `GetParameter` for secrets in memory. */
export function startSsm(
	secrets: Map<string, string>,
	options: Access & { accountId: string },
): Promise<LoopbackServer> {
	const answer = async (request: IncomingMessage): Promise<[number, Record<string, unknown>]> => {
		const body = await readBody(request, 64 * 1024);
		if (!body) return [413, { __type: 'RequestEntityTooLarge' }];
		const bodySha256 = createHash('sha256').update(body).digest('hex');
		const target = parseTarget(request.url ?? '/');
		const { method = '', headers } = request;
		const caller = await verifySignature({ method, headers, ...target, bodySha256 }, { ...options, service: 'ssm' });
		const operation = headers['x-amz-target'];
		if (operation !== 'AmazonSSM.GetParameter') {
			return [501, { __type: 'NotImplemented', message: `${operation} is not implemented by the local SSM` }];
		}
		const { Name } = JSON.parse(body.toString('utf8')) as { Name: string };
		const parameter = `arn:aws:ssm:${options.region}:${options.accountId}:parameter/${Name.replace(/^\//, '')}`;
		caller.authorize({ action: 'ssm:GetParameter', resource: parameter });
		const value = secrets.get(Name);
		return value === undefined
			? [400, { __type: 'ParameterNotFound', message: `There is no parameter ${Name}` }]
			: [200, { Parameter: { Name, Type: 'SecureString', Value: value, Version: 1 } }];
	};
	return listenOnLoopback((request, response) => {
		answer(request)
			.catch(refusal)
			.then(([status, json]) => {
				response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' });
				response.end(JSON.stringify(json));
			});
	});
}

function refusal(error: Error): [number, Record<string, unknown>] {
	const { message } = error;
	if (error instanceof AccessDenied) return [400, { __type: 'AccessDeniedException', message }];
	if (error instanceof SignatureError) return [400, { __type: signatureCodes[error.fault], message }];
	return [400, { __type: 'SerializationException', message }];
}

const signatureCodes: Readonly<Record<SignatureFault, string>> = {
	missing: 'MissingAuthenticationToken',
	malformed: 'IncompleteSignature',
	'unknown-key': 'UnrecognizedClientException',
	'wrong-scope': 'InvalidSignatureException',
	'unsigned-header': 'InvalidSignatureException',
	skewed: 'InvalidSignatureException',
	mismatch: 'InvalidSignatureException',
};
