import { join } from 'node:path';
import { type Duration, Stack } from 'aws-cdk-lib';
import type { IGrantable } from 'aws-cdk-lib/aws-iam';
import { type ILayerVersion, LoggingFormat, type RecursiveLoop, Runtime, Tracing } from 'aws-cdk-lib/aws-lambda';
import { type ICommandHooks, NodejsFunction, OutputFormat } from 'aws-cdk-lib/aws-lambda-nodejs';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import type { Deployment } from '../deployment.ts';

const functionsFolder = join(import.meta.dirname, '..', '..', 'functions');

export type StageProps = {
	/** Folder under `functions/`; its `handler.ts` exports `handler`. */
	stage: string;
	deployment: Pick<Deployment, 'architecture' | 'logs'>;
	memoryMiB: number;
	timeout: Duration;
	layers?: ILayerVersion[];
	recursiveLoop?: RecursiveLoop;
};

const trim = join(import.meta.dirname, '..', 'trim-source-map.mjs');

/** Nine tenths of a source map are of packages, and it is read at every cold start. */
const trimsSourceMap: ICommandHooks = {
	beforeBundling: () => [],
	beforeInstall: () => [],
	afterBundling: (_, folder) => [`node "${trim}" "${join(folder, 'index.mjs.map')}"`],
};

/** A Lambda function of the pipeline, with the common configuration. */
export class StageFunction extends NodejsFunction {
	/** The dimension `service` of its metrics: names the stack, too, since a region may have several. */
	readonly service: string;

	constructor(scope: Construct, id: string, props: StageProps) {
		super(scope, id, {
			entry: join(functionsFolder, props.stage, 'handler.ts'),
			runtime: Runtime.NODEJS_24_X,
			architecture: props.deployment.architecture,
			memorySize: props.memoryMiB,
			timeout: props.timeout,
			layers: props.layers ?? [],
			...(props.recursiveLoop ? { recursiveLoop: props.recursiveLoop } : {}),
			tracing: Tracing.ACTIVE,
			loggingFormat: LoggingFormat.JSON,
			logGroup: new LogGroup(scope, `${id}Logs`, props.deployment.logs),
			bundling: {
				format: OutputFormat.ESM,
				mainFields: ['module', 'main'],
				target: 'node20',
				minify: true,
				sourceMap: true,
				// Names and lines are enough for a stack; the sources would be read at every start.
				sourcesContent: false,
				bundleAwsSDK: true,
				// Native code is in layers.
				externalModules: ['sharp'],
				commandHooks: trimsSourceMap,
				// CommonJS packages in an ES module bundle still load built-in modules with `require`.
				banner: "import{createRequire as r}from'node:module';const require=r(import.meta.url);",
			},
		});
		this.service = `${Stack.of(this).stackName}-${props.stage}`;
		this.addEnvironment('NODE_OPTIONS', '--enable-source-maps');
		this.addEnvironment('POWERTOOLS_SERVICE_NAME', this.service);
	}

	/** Sets an environment variable and grants the rights to its resource, so that neither is forgotten. */
	bind(variable: string, value: string, ...grants: ((grantee: IGrantable) => unknown)[]): this {
		this.addEnvironment(variable, value);
		for (const grant of grants) grant(this);
		return this;
	}
}
