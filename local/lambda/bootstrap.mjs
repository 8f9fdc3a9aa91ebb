// A Lambda runtime for a handler, using the runtime API:
// https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
// Plain JavaScript, because the sandbox has only Node.
import { existsSync } from 'node:fs';
import { Agent, request } from 'node:http';
import module from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const { AWS_LAMBDA_RUNTIME_API: runtimeApi, LAMBDA_TASK_ROOT: taskRoot, _HANDLER: handlerName, ...env } = process.env;
const agent = new Agent({ keepAlive: true });

// Exits with the stack, whose end closes this pipe.
process.stdin.on('end', () => process.exit(1)).on('error', () => process.exit(1));
process.stdin.resume();

const call = (method, path, body) =>
	new Promise((resolve, reject) => {
		const sent = request(`http://${runtimeApi}/2018-06-01/runtime/${path}`, { method, agent }, response => {
			const parts = [];
			response.on('data', part => parts.push(part));
			response.on('end', () => resolve({ headers: response.headers, body: Buffer.concat(parts).toString('utf8') }));
			response.on('error', reject);
		});
		sent.on('error', reject);
		sent.end(body);
	});

const described = error => ({
	errorType: error?.name ?? typeof error,
	errorMessage: error?.message ?? String(error),
	trace: String(error?.stack ?? '').split('\n'),
});

const loadHandler = async () => {
	const [module, name] = handlerName.split('.');
	const file = ['.mjs', '.js', '.cjs'].map(ending => join(taskRoot, module + ending)).find(existsSync);
	if (!file) throw Object.assign(new Error(`Cannot find module '${module}'`), { name: 'Runtime.ImportModuleError' });
	const handler = (await import(pathToFileURL(file).href))[name];
	if (typeof handler === 'function') return handler;
	throw Object.assign(new Error(`${handlerName} is undefined or not exported`), { name: 'Runtime.HandlerNotFound' });
};

let handler;
try {
	handler = await loadHandler();
} catch (error) {
	console.error(error);
	await call('POST', 'init/error', JSON.stringify(described(error)));
	process.exit(1);
}

// Stores what was compiled now, since a sandbox is killed in the end and would store nothing then.
module.flushCompileCache?.();

while (true) {
	const { headers, body } = await call('GET', 'invocation/next');
	const awsRequestId = headers['lambda-runtime-aws-request-id'];
	// Lambda's own runtime sets this variable, too, and the AWS SDK reads the trace from it.
	process.env._X_AMZN_TRACE_ID = headers['lambda-runtime-trace-id'];
	const deadline = Number(headers['lambda-runtime-deadline-ms']);
	const context = {
		awsRequestId,
		functionName: env.AWS_LAMBDA_FUNCTION_NAME,
		functionVersion: env.AWS_LAMBDA_FUNCTION_VERSION,
		invokedFunctionArn: headers['lambda-runtime-invoked-function-arn'],
		memoryLimitInMB: env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
		logGroupName: env.AWS_LAMBDA_LOG_GROUP_NAME,
		logStreamName: env.AWS_LAMBDA_LOG_STREAM_NAME,
		getRemainingTimeInMillis: () => deadline - Date.now(),
	};
	try {
		const result = await handler(JSON.parse(body), context);
		await call('POST', `invocation/${awsRequestId}/response`, JSON.stringify(result) ?? 'null');
	} catch (error) {
		console.error(error);
		await call('POST', `invocation/${awsRequestId}/error`, JSON.stringify(described(error)));
	}
}
