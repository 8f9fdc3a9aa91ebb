import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { startS3 } from '#local/aws/s3/server.ts';
import { startSqs } from '#local/aws/sqs/server.ts';
import { compiledProgram } from './compiled-program.ts';
import { type ServiceAddress, testSigner } from './signed-request.ts';

/** An S3 and an SQS in a process of their own, which can be killed. */
export type LocalAwsProcess = {
	readonly s3: ServiceAddress;
	readonly sqs: ServiceAddress;
	/** SIGKILL; resolves when the process is gone. */
	kill(): Promise<void>;
};

/** Starts both on a data folder, in which a killed process may have left anything. */
export async function startLocalAws(dataDir: string): Promise<LocalAwsProcess> {
	const child = spawn(process.execPath, [await compiledProgram(import.meta.filename), dataDir], {
		stdio: ['pipe', 'pipe', 'inherit'],
	});
	const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
	const { s3, sqs } = JSON.parse(line) as { s3: string; sqs: string };
	return {
		s3: { endpoint: s3, ...testSigner },
		sqs: { endpoint: sqs, ...testSigner },
		kill: () => kill(child),
	};
}

async function kill(child: ChildProcess): Promise<void> {
	if (child.exitCode !== null || child.signalCode !== null) return;
	const exit = once(child, 'exit');
	child.kill('SIGKILL');
	await exit;
}

async function serve(dataDir: string): Promise<void> {
	const s3 = await startS3({ dataDir: join(dataDir, 's3'), ...testSigner });
	const sqs = await startSqs({ dataDir: join(dataDir, 'sqs'), ...testSigner, accountId: '000000000000' });
	console.log(JSON.stringify({ s3: s3.endpoint, sqs: sqs.endpoint }));
	// The process must not outlive the test that started it.
	process.stdin.on('end', () => process.exit()).resume();
}

if (process.argv[1] === import.meta.filename) await serve(process.argv[2] ?? '');
