import { until } from './framefan-command.ts';
import { openWorkbench, type Workbench } from './workbench.ts';

/** Of this process, in which test files that are not isolated run one after another. */
let shared: Promise<Workbench> | undefined;
let files = 0;

/**
 * A workbench on a stack that stands for a deployment, and the environment in which the command may call it. Test files
 * share the stack and its server, since its first sampling costs several times what each later one does; each has a
 * source project of its own. To close it is to leave it for the next file as it was found.
 */
export async function openDeployment(): Promise<{ bench: Workbench; env: Record<string, string> }> {
	// Never closed: it ends with the process, and its folder with the run.
	shared ??= openWorkbench(() => ({ FramesPerChunk: '20', ProgressSeconds: '1' }));
	const whole = await shared;
	const source = await whole.newSource(`tiny ${++files}`);
	const { stack } = whole;
	const deniedBefore = stack.denied.length;
	const logged = new Map(['Api', 'FanOut', 'Decode', 'Reduce'].map(name => [name, whole.logLines(name).length]));
	const undo: (() => Promise<void>)[] = [];
	const bench: Workbench = {
		...whole,
		source,
		get server() {
			return whole.server;
		},
		logLines: name => whole.logLines(name).slice(logged.get(name)),
		setQueues: async (...change) => {
			const back = await whole.setQueues(...change);
			undo.push(back);
			return back;
		},
		close: async () => {
			for (const back of undo.splice(0).reverse()) await back();
			whole.server.setFaults([]);
			await until(() => stack.busy() === 0, 60, 'all invocations had ended');
			const denied = stack.denied.slice(deniedBefore);
			if (denied.length > 0) throw new Error(`Functions were refused what they need:\n${denied.join('\n')}`);
		},
	};
	const { accessKeyId, secretAccessKey } = stack.credentials;
	const env = {
		SUPERVISELY_API_TOKEN: whole.server.token,
		AWS_ACCESS_KEY_ID: accessKeyId,
		AWS_SECRET_ACCESS_KEY: secretAccessKey,
		AWS_SESSION_TOKEN: '',
		AWS_REGION: stack.region,
	};
	return { bench, env };
}

/** What a question must leave as it is, whatever earlier test files still have in their queues: samplings and indexes. */
export async function lastingState({
	api,
	keys,
}: Workbench): Promise<{ latest: string | undefined; stored: string[] }> {
	const { samplings } = await api.list({ limit: 1 });
	// Copies of files are removed some time after their sampling has ended.
	const stored = (await keys('videos/')).filter(key => !key.endsWith('/file'));
	return { latest: samplings[0]?.id, stored };
}
