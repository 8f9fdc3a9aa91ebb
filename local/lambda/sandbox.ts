import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { FunctionConfiguration, Launcher } from './launch.ts';
import type { LogFile } from './log-file.ts';
import { watchMemory } from './memory-watch.ts';
import { InvocationError, startRuntimeApi } from './runtime-api.ts';

/** One child process that serves one invocation at a time, with its own temporary folder. */
export type Sandbox = {
	/**
	 * The function's answer as JSON text. After an error, `alive` says whether the sandbox can be used again.
	 * @throws InvocationError
	 */
	invoke(payload: string): Promise<string>;
	alive(): boolean;
	/** Resolves when it asks for its first invocation, or has ended. */
	ready: Promise<void>;
	kill(): Promise<void>;
	readonly pid: number | undefined;
};

/**
 * Starts a sandbox and its runtime API. It is killed, as on Lambda, when its time is up or it has more memory than the
 * function is given.
 * @param temporaryRoot parent of the temporary folder, which is removed with the sandbox
 */
export async function startSandbox(
	configuration: FunctionConfiguration,
	{ temporaryRoot, log, launch }: { temporaryRoot: string; log: LogFile; launch: Launcher },
): Promise<Sandbox> {
	const { timeoutSeconds, memoryMiB } = configuration;
	const temporary = mkdtempSync(join(temporaryRoot, 'sandbox-'));
	const runtimeApi = await startRuntimeApi(configuration.arn);
	const { command, args, cwd, env } = launch(configuration, { runtimeApi: runtimeApi.address, temporary });
	const child: ChildProcess = spawn(command, args, { cwd, env, stdio: ['pipe', 'pipe', 'pipe'] });
	child.stdout?.on('data', (text: Buffer) => log.write(text));
	child.stderr?.on('data', (text: Buffer) => log.write(text));
	child.stdin?.on('error', () => {});

	/** Names the last invocation, if there was one. */
	let request = '';
	let stopWatching = () => {};
	let ended = false;
	const end = (reason: string) => {
		if (ended) return;
		ended = true;
		stopWatching();
		runtimeApi.close(new InvocationError('Runtime.ExitError', reason));
		rmSync(temporary, { recursive: true, force: true });
	};
	child.on('error', error => end(`Error: Runtime could not be started: ${error.message}`));
	const exited = new Promise<void>(resolve => {
		child.on('exit', (code, signal) => {
			const how = signal ? `signal: ${signalWords[signal] ?? signal}` : `exit status ${code}`;
			end(`${request}Error: Runtime exited with error: ${how}`);
			resolve();
		});
	});
	if (child.pid !== undefined)
		stopWatching = watchMemory(child.pid, memoryMiB, (usedMiB, pids) => {
			log.write(
				`${request}Error: Runtime exited with error: signal: killed Runtime.ExitError Memory Size: ${memoryMiB} MB Max Memory Used: ${usedMiB} MB\n`,
			);
			for (const pid of pids) killProcess(pid);
		});

	return {
		pid: child.pid,
		alive: () => !ended,
		ready: runtimeApi.ready,
		kill: async () => {
			child.kill('SIGKILL');
			await exited;
		},
		invoke: async payload => {
			const id = crypto.randomUUID();
			request = `RequestId: ${id} `;
			const timer = setTimeout(() => {
				runtimeApi.fail(
					new InvocationError(
						'Sandbox.Timedout',
						`${request}Error: Task timed out after ${timeoutSeconds.toFixed(2)} seconds`,
					),
				);
				child.kill('SIGKILL');
			}, timeoutSeconds * 1000);
			try {
				return await runtimeApi.invoke({ id, payload, deadline: Date.now() + timeoutSeconds * 1000 });
			} finally {
				clearTimeout(timer);
			}
		},
	};
}

/** Signals as Lambda calls them. */
const signalWords: Record<string, string> = { SIGKILL: 'killed', SIGABRT: 'aborted', SIGSEGV: 'segmentation fault' };

const killProcess = (pid: number): void => {
	try {
		process.kill(pid, 'SIGKILL');
	} catch {
		// It has ended by itself.
	}
};
