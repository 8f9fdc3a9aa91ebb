import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { pythonEnvironment } from './python.ts';
import { type ServiceAddress, testSigner } from './signed-request.ts';

/** A MiniStack: other people's S3 and SQS, written without a look at ours. */
export type Ministack = ServiceAddress & {
	stop(): Promise<void>;
};

const startMs = 30_000;

/** Starts MiniStack on loopback, or tells in one line why it cannot. */
export async function startMinistack(): Promise<Ministack | { unavailable: string }> {
	const environment = await pythonEnvironment('ministack', ['ministack==1.5.33']);
	if ('unavailable' in environment) return environment;
	const port = await freePort();
	const child = spawn(join(environment.python, '..', 'ministack'), [], {
		// Without the first it would listen on every interface.
		env: { ...process.env, BIND_HOST: '127.0.0.1', GATEWAY_PORT: String(port), PERSIST_STATE: '0' },
		stdio: 'ignore',
	});
	const exit = once(child, 'exit');
	const endpoint = `http://127.0.0.1:${port}`;
	const stop = async () => {
		child.kill('SIGKILL');
		await exit;
	};
	for (const deadline = Date.now() + startMs; ; await new Promise(resolve => setTimeout(resolve, 200))) {
		const answers = await fetch(endpoint).then(
			() => true,
			() => false,
		);
		if (answers) return { endpoint, ...testSigner, stop };
		if (child.exitCode !== null || Date.now() > deadline) {
			await stop();
			return { unavailable: `ministack did not listen on ${endpoint}` };
		}
	}
}

/** A port that was free a moment ago. */
async function freePort(): Promise<number> {
	const server = createServer().listen(0, '127.0.0.1');
	await once(server, 'listening');
	const { port } = server.address() as { port: number };
	server.close();
	await once(server, 'close');
	return port;
}
