import { createHash } from 'node:crypto';
import { lookup } from 'node:dns/promises';
import { join } from 'node:path';
import { FramefanError } from '#shared/errors.ts';
import { type Credentials, type Roles, randomCredentials } from './aws/iam/callers.ts';
import { startS3 } from './aws/s3/server.ts';
import { startSqs } from './aws/sqs/server.ts';

/** The S3 and the SQS of a local stack. */
export type Services = {
	region: string;
	/** Of the owner, who may do everything; new ones at each start, unless a service is external. */
	credentials: Credentials & { sessionToken?: string };
	s3: string;
	sqs: string;
	/** Whether they are started by the stack, or are external services. */
	isOwn: { s3: boolean; sqs: boolean };
	/** Prefix of the names of buckets and queues, to separate data folders on a shared service. */
	prefix: string;
	close(): Promise<void>;
};

/** Environment variables for an external S3 or SQS. */
export type ServiceEnvironment = Record<string, string | undefined>;

/**
 * Starts an S3 and an SQS on loopback, each unless the environment names another by `AWS_ENDPOINT_URL_S3` or
 * `AWS_ENDPOINT_URL_SQS`, with `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY` and, where it is not us-east-1, `AWS_REGION`.
 * @param roles who else may call what is started here
 * @throws FramefanError for an invalid address or missing credentials
 */
export async function startServices(
	dataDir: string,
	accountId: string,
	environment: ServiceEnvironment,
	roles: Roles,
): Promise<Services> {
	const others = { s3: await endpointOf(environment, 'S3'), sqs: await endpointOf(environment, 'SQS') };
	const isOwn = { s3: !others.s3, sqs: !others.sqs };
	const isAllOwn = isOwn.s3 && isOwn.sqs;
	const region = (!isAllOwn && (environment.AWS_REGION || environment.AWS_DEFAULT_REGION)) || 'us-east-1';
	const credentials = isAllOwn ? randomCredentials() : credentialsOf(environment);
	const common = { credentials, region };
	const s3 = others.s3 ? undefined : await startS3({ dataDir: join(dataDir, 's3'), ...common, roles });
	const sqs = others.sqs ? undefined : await startSqs({ dataDir: join(dataDir, 'sqs'), ...common, roles, accountId });
	// In-flight messages were held by sandboxes of the previous stack, which have ended.
	sqs?.releaseHeld();
	const folder = createHash('sha256').update(dataDir).digest('hex').slice(0, 8);
	return {
		...common,
		s3: others.s3 ?? (s3?.endpoint as string),
		sqs: others.sqs ?? (sqs?.endpoint as string),
		isOwn,
		prefix: isAllOwn ? 'framefan' : `framefan-${folder}`,
		close: async () => {
			await sqs?.close();
			await s3?.close();
		},
	};
}

const endpointOf = async (environment: ServiceEnvironment, service: 'S3' | 'SQS'): Promise<string | undefined> => {
	const name = `AWS_ENDPOINT_URL_${service}`;
	const given = environment[name];
	if (!given) return undefined;
	if (!URL.canParse(given) || !/^https?:/.test(given)) {
		throw new FramefanError(`${name} is ${JSON.stringify(given)}: it must be an address such as http://127.0.0.1:9000`);
	}
	const url = new URL(given);
	// With a host name, S3 clients would use a subdomain for each bucket.
	if (service === 'S3' && url.protocol === 'http:') {
		const found = await lookup(url.hostname.replace(/^\[|\]$/g, ''), { family: 4 }).catch(() => undefined);
		if (found) url.hostname = found.address;
	}
	return url.href.replace(/\/$/, '');
};

export function credentialsOf(environment: ServiceEnvironment): Services['credentials'] {
	const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey, AWS_SESSION_TOKEN } = environment;
	if (!accessKeyId || !secretAccessKey) {
		throw new FramefanError(
			'AWS_ENDPOINT_URL_S3 or AWS_ENDPOINT_URL_SQS is set without credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, too',
		);
	}
	return { accessKeyId, secretAccessKey, ...(AWS_SESSION_TOKEN ? { sessionToken: AWS_SESSION_TOKEN } : {}) };
}
