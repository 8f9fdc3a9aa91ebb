import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { S3Client } from '@aws-sdk/client-s3';
import { SQSClient } from '@aws-sdk/client-sqs';
import { startHttpApi } from './http-api.ts';
import { openLogFile } from './lambda/log-file.ts';
import { type Ground, realize } from './realize.ts';
import { startS3 } from './s3/server.ts';
import { startSqs } from './sqs/server.ts';
import { startSsm } from './ssm.ts';
import { synthesize } from './synthesize.ts';
import { makeResolver, parameterValues, readAssets, readTemplate } from './template.ts';
import { countWork } from './work-left.ts';

const region = 'us-east-1';
const accountId = '000000000000';
/** The stack listens on loopback only; this pair just exercises the signatures that AWS would check. */
const credentials = { accessKeyId: 'framefan-local', secretAccessKey: 'framefan-local-secret' };

export type LocalStack = {
	httpUrl: string;
	region: string;
	credentials: { accessKeyId: string; secretAccessKey: string };
	/** What a client of the stack's own S3 and SQS needs, for tests and operators. */
	s3: S3Client;
	sqs: SQSClient;
	/** Messages that are still to be worked off, wherever they are, and those that nobody will try again. */
	work(): Promise<{ left: number; dead: number }>;
	/** Process ids of the function sandboxes that live now, by function. */
	sandboxes(): Record<string, number[]>;
	close(): Promise<void>;
};

/**
 * Runs the deployed template on 127.0.0.1: S3, SQS, Lambda, HTTP API, schedules.
 * @param options.dataDir where state, queues and logs are kept; a second start there goes on where the first stopped
 * @param options.parameters values for the template's parameters
 * @param options.secrets SSM SecureStrings by name, held in memory only
 */
export const startLocalStack = async (options: {
	dataDir: string;
	parameters: Record<string, string>;
	secrets: Record<string, string>;
}): Promise<LocalStack> => {
	const { dataDir } = options;
	const assembly = await synthesize();
	const template = readTemplate(assembly, 'Framefan');
	const parameters = parameterValues(template, options.parameters);
	// Left behind by sandboxes of a stack that was killed.
	rmSync(join(dataDir, 'tmp'), { recursive: true, force: true });
	mkdirSync(dataDir, { recursive: true });

	const endings: (() => unknown)[] = [];
	const close = async () => {
		for (const end of endings.splice(0).reverse()) await end();
	};
	try {
		const s3Server = await startS3({ dataDir: join(dataDir, 's3'), credentials, region });
		endings.push(() => s3Server.close());
		const sqsServer = await startSqs({ dataDir: join(dataDir, 'sqs'), credentials, region, accountId });
		endings.push(() => sqsServer.close());
		// Whoever held a message was a sandbox of a former stack, and ended with it.
		sqsServer.releaseHeld();
		const ssmServer = await startSsm(new Map(Object.entries(options.secrets)), { credentials, region });
		endings.push(() => ssmServer.close());

		const s3 = new S3Client({ region, credentials, endpoint: s3Server.endpoint, forcePathStyle: true });
		const sqs = new SQSClient({ region, credentials, endpoint: sqsServer.endpoint });
		const attributes: Ground['attributes'] = new Map();
		const pseudo = {
			'AWS::Region': region,
			'AWS::AccountId': accountId,
			'AWS::Partition': 'aws',
			'AWS::URLSuffix': 'amazonaws.com',
			'AWS::StackName': 'Framefan',
		};
		const ground: Ground = {
			assets: readAssets(assembly, 'Framefan'),
			dataDir,
			region,
			accountId,
			s3,
			sqs,
			lambdaEnvironment: {
				AWS_REGION: region,
				AWS_DEFAULT_REGION: region,
				AWS_ACCESS_KEY_ID: credentials.accessKeyId,
				AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
				AWS_ENDPOINT_URL_S3: s3Server.endpoint,
				AWS_ENDPOINT_URL_SQS: sqsServer.endpoint,
				AWS_ENDPOINT_URL_SSM: ssmServer.endpoint,
				// This Node may be older than the one that the deployment runs on.
				AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
			},
			resolver: makeResolver({ parameters, pseudo, attributes }),
			attributes,
			functions: new Map(),
			routes: [],
			endings,
		};
		await realize(ground, template.resources);
		const http = await startHttpApi(ground.routes, openLogFile(join(dataDir, 'logs', 'http-api.log')), {
			credentials,
			region,
			accountId,
		});
		endings.push(() => http.close());

		return {
			httpUrl: http.endpoint,
			region,
			credentials,
			s3,
			sqs,
			work: () => countWork(sqs, template.resources, attributes),
			sandboxes: () => Object.fromEntries([...ground.functions].map(([id, worker]) => [id, worker.pids()])),
			close,
		};
	} catch (error) {
		await close();
		throw error;
	}
};
