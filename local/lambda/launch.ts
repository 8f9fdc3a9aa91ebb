import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { packageFolder } from '../../layers/package-folder.ts';
import { cacheFolder } from '../cache-folder.ts';

/** Configuration of a function. */
export type FunctionConfiguration = {
	name: string;
	arn: string;
	handler: string;
	taskRoot: string;
	/** Folders of the layers, instead of /opt. */
	layers: string[];
	environment: Record<string, string>;
	timeoutSeconds: number;
	memoryMiB: number;
};

/** What differs from sandbox to sandbox. */
export type SandboxPlace = {
	/** Host and port of its runtime API. */
	runtimeApi: string;
	/** Its temporary folder. */
	temporary: string;
};

/** A command that runs a function's code. The process that is started must become the one that runs it. */
export type Launch = { command: string; args: string[]; cwd: string; env: Record<string, string> };

export type Launcher = (configuration: FunctionConfiguration, place: SandboxPlace) => Launch;

const bootstrap = join(packageFolder, 'local', 'lambda', 'bootstrap.mjs');

/** Runs a function by this Node and the runtime of the local stack. */
export function launchLocally(configuration: FunctionConfiguration, { runtimeApi, temporary }: SandboxPlace): Launch {
	const { taskRoot, layers, memoryMiB } = configuration;
	return {
		command: process.execPath,
		args: [...heapOptions(memoryMiB), bootstrap],
		cwd: taskRoot,
		env: {
			// Only programs of the layers, since others are not available in a deployment.
			PATH: layers.map(layer => join(layer, 'bin')).join(':'),
			NODE_PATH: layers.map(layer => join(layer, 'nodejs', 'node_modules')).join(':'),
			LANG: 'en_US.UTF-8',
			TZ: ':UTC',
			// From Node 22.1 on, so that only the first start compiles the code.
			NODE_COMPILE_CACHE: join(cacheFolder, 'compiled'),
			HOME: temporary,
			TMPDIR: temporary,
			LAMBDA_TASK_ROOT: taskRoot,
			...functionVariables(configuration, runtimeApi),
			...Object.fromEntries(
				Object.entries(configuration.environment).map(([name, value]) => [name, inLayers(value, layers)]),
			),
		},
	};
}

/** The shares of a function's memory that Lambda's runtimes for Node give to the heap. */
export function heapOptions(memoryMiB: number): string[] {
	const newSpace = Math.floor(memoryMiB / 10);
	return [`--max-semi-space-size=${Math.floor(newSpace / 2)}`, `--max-old-space-size=${memoryMiB - newSpace}`];
}

/** The environment variables by which Lambda describes a function to its runtime. */
export function functionVariables(
	{ name, handler, memoryMiB }: FunctionConfiguration,
	runtimeApi: string,
): Record<string, string> {
	return {
		_HANDLER: handler,
		AWS_LAMBDA_RUNTIME_API: runtimeApi,
		AWS_LAMBDA_FUNCTION_NAME: name,
		AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
		AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(memoryMiB),
		AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${name}`,
		AWS_LAMBDA_LOG_STREAM_NAME: 'local',
	};
}

const layersPrefix = '/opt/';

/** The path of a file of a layer, where the layer is here; any other value as it is. */
const inLayers = (value: string, layers: string[]): string => {
	if (!value.startsWith(layersPrefix)) return value;
	const rest = value.slice(layersPrefix.length);
	return layers.map(layer => join(layer, rest)).find(existsSync) ?? value;
};
