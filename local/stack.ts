import { mkdirSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { S3Client } from '@aws-sdk/client-s3';
import { SQSClient } from '@aws-sdk/client-sqs';
import { FramefanError } from '#shared/errors.ts';
import { type Grant, Roles } from './aws/iam/callers.ts';
import { startSsm } from './aws/ssm/server.ts';
import { startHttpApi } from './http-api.ts';
import type { LocalFunction } from './lambda/function.ts';
import type { Launcher } from './lambda/launch.ts';
import { openLogFile } from './lambda/log-file.ts';
import { provision } from './provision.ts';
import { type ServiceEnvironment, type Services, startServices } from './services.ts';
import type { StackContext } from './stack-context.ts';
import { synthesize } from './synthesize.ts';
import { makeResolver, parameterValues, readAssets, readTemplate } from './template.ts';
import { withoutVersionWarning } from './version-warning.ts';

const accountId = '000000000000';

export type LocalStack = {
	httpUrl: string;
	region: string;
	credentials: { accessKeyId: string; secretAccessKey: string };
	/** Clients of the stack's S3 and SQS, for tests and operators. */
	s3: S3Client;
	sqs: SQSClient;
	/** Names of the template's buckets. */
	buckets: string[];
	/** Warnings about the S3 service, one line each. */
	warnings: string[];
	/** Requests of functions that their roles don't allow: the first 100. */
	denied: string[];
	/** What the roles of functions allow and no request needed, so far. */
	unusedGrants(): Grant[];
	/** Invokes a function with an event; `id`: beginning of its logical id. */
	invoke(id: string, event: unknown): Promise<unknown>;
	/** Process ids of the function sandboxes that are running, by function. */
	sandboxes(): Record<string, number[]>;
	/** Number of running invocations: of all functions, or of those whose logical ids begin with one of `ids`. */
	busy(ids?: string[]): number;
	close(): Promise<void>;
};

/**
 * Runs the deployed template on 127.0.0.1: S3, SQS, Lambda, HTTP API, schedules.
 * @param options.dataDir folder of state, queues and logs; a later start with it continues
 * @param options.parameters values for the template's parameters
 * @param options.environment may set an external S3 or SQS (see `services.ts`)
 * @param options.idle processes no messages and schedules: for reading the state only
 * @param options.secrets SSM SecureStrings by name, held in memory only
 * @param options.through given the addresses of S3 and SQS; returns those to use instead, such as of proxies
 * @param options.launch runs the code of the functions otherwise than by this Node
 */
export async function startLocalStack(options: {
	dataDir: string;
	parameters: Record<string, string>;
	secrets: Record<string, string>;
	environment?: ServiceEnvironment;
	idle?: boolean;
	through?: (services: Pick<Services, 's3' | 'sqs'>) => Promise<Pick<Services, 's3' | 'sqs'>>;
	launch?: Launcher;
}): Promise<LocalStack> {
	const { dataDir } = options;
	// Set before a client is made, for all clients of this process.
	Object.assign(process.env, withoutVersionWarning);
	const assembly = await synthesize();
	const template = readTemplate(assembly, 'Framefan');
	const parameters = parameterValues(template, options.parameters);
	// Left behind by sandboxes of a stack that was killed.
	rmSync(join(dataDir, 'tmp'), { recursive: true, force: true });
	mkdirSync(dataDir, { recursive: true });

	const disposers: (() => unknown)[] = [];
	const close = async () => {
		for (const end of disposers.splice(0).reverse()) await end();
	};
	const denied: string[] = [];
	const deniedLog = openLogFile(join(dataDir, 'logs', 'access-denied.log'));
	const roles = new Roles(message => {
		if (denied.length < 100) denied.push(message);
		deniedLog.write(`${new Date().toISOString()} ${message}\n`);
	});
	try {
		const started = await startServices(dataDir, accountId, options.environment ?? {}, roles);
		disposers.push(() => started.close());
		const services = { ...started, ...(await options.through?.(started)) };
		const { region, credentials } = services;
		const ssmServer = await startSsm(new Map(Object.entries(options.secrets)), {
			...{ credentials, region, roles, accountId },
		});
		disposers.push(() => ssmServer.close());

		const s3 = new S3Client({ region, credentials, endpoint: services.s3, forcePathStyle: true });
		const sqs = new SQSClient({ region, credentials, endpoint: services.sqs });
		const attributes: StackContext['attributes'] = new Map();
		const pseudo = {
			'AWS::Region': region,
			'AWS::AccountId': accountId,
			'AWS::Partition': 'aws',
			'AWS::URLSuffix': 'amazonaws.com',
			'AWS::StackName': 'Framefan',
		};
		const context: StackContext = {
			assets: readAssets(assembly, 'Framefan'),
			dataDir,
			region,
			accountId,
			prefix: services.prefix,
			s3,
			sqs,
			credentials,
			rights: { roles, byArn: new Map(), permissions: [] },
			...{ s3Url: services.s3, sqsUrl: services.sqs, isOwn: services.isOwn },
			lambdaEnvironment: {
				AWS_REGION: region,
				AWS_DEFAULT_REGION: region,
				AWS_ENDPOINT_URL_S3: services.s3,
				AWS_ENDPOINT_URL_SQS: services.sqs,
				AWS_ENDPOINT_URL_SSM: ssmServer.endpoint,
				...checksumSettings(options.environment ?? {}),
				...withoutVersionWarning,
			},
			...(options.launch ? { launch: options.launch } : {}),
			resolver: makeResolver({ parameters, pseudo, attributes }),
			attributes,
			functions: new Map(),
			routes: [],
			warnings: [],
			disposers,
			isIdle: options.idle === true,
		};
		await provision(context, template.resources);
		const http = await startHttpApi(context.routes, openLogFile(join(dataDir, 'logs', 'http-api.log')), {
			credentials,
			region,
			accountId,
		});
		disposers.push(() => http.close());
		if (!options.idle) void warmInTurn([...context.functions.values()]);

		return {
			httpUrl: http.endpoint,
			region,
			credentials,
			s3,
			sqs,
			buckets: [...template.resources]
				.filter(([, { type }]) => type === 'AWS::S3::Bucket')
				.map(([id]) => String(attributes.get(id)?.ref)),
			warnings: context.warnings,
			denied,
			unusedGrants: () => roles.unused(),
			invoke: (id, event) => {
				const worker = [...context.functions].find(([name]) => name.startsWith(id))?.[1];
				if (!worker) throw new FramefanError(`The template has no function ${id}`);
				return worker.invoke(event);
			},
			sandboxes: () => Object.fromEntries([...context.functions].map(([id, worker]) => [id, worker.pids()])),
			busy: (ids = ['']) =>
				[...context.functions]
					.filter(([name]) => ids.some(id => name.startsWith(id)))
					.reduce((sum, [, worker]) => sum + worker.busy(), 0),
			close,
		};
	} catch (error) {
		await close();
		throw error;
	}
}

/**
 * Starts a sandbox of each function, since all are needed soon, in the order of the template, in which a sampling needs
 * them: at first as many at a time as there are cores, then one at a time, beside those that work already.
 */
const warmInTurn = async (functions: LocalFunction[]): Promise<void> => {
	const warm = (worker: LocalFunction) => worker.warm().catch(() => {});
	const cores = availableParallelism();
	await Promise.all(functions.slice(0, cores).map(warm));
	for (const worker of functions.slice(cores)) await warm(worker);
};

/** Passes the checksum settings of the environment to the functions: some S3 services support other checksums than AWS. */
const checksumSettings = (environment: ServiceEnvironment): Record<string, string> =>
	Object.fromEntries(
		['AWS_REQUEST_CHECKSUM_CALCULATION', 'AWS_RESPONSE_CHECKSUM_VALIDATION'].flatMap(name => {
			const value = environment[name];
			return value ? [[name, value]] : [];
		}),
	);
