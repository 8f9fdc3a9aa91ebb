import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { pythonEnvironment } from './python.ts';
import { type ServiceAddress, testSigner } from './signed-request.ts';

/** A moto server: other people's S3 and SQS, written without a look at ours. */
export type Moto = ServiceAddress & {
	stop(): Promise<void>;
};

/** Starts moto on loopback, or tells in one line why it cannot. */
export async function startMoto(): Promise<Moto | { unavailable: string }> {
	const environment = await pythonEnvironment('moto', ['moto[server]==5.2.5']);
	if ('unavailable' in environment) return environment;
	const child = spawn(environment.python, ['-m', 'moto.server', '-H', '127.0.0.1', '-p', '0'], {
		stdio: ['ignore', 'ignore', 'pipe'],
	});
	const exit = once(child, 'exit');
	const lines = createInterface(child.stderr);
	const endpoint = await new Promise<string>((resolve, reject) => {
		lines.on('line', line => {
			const address = / (http:\/\/127\.0\.0\.1:\d+)/.exec(line)?.[1];
			if (address) resolve(address);
		});
		child.once('error', reject);
		child.once('exit', code => reject(new Error(`moto ended with code ${code} before it listened.`)));
	});
	return {
		endpoint,
		...testSigner,
		stop: async () => {
			child.kill();
			await exit;
		},
	};
}
