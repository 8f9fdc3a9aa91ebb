import { openWorkbench, type Workbench } from './workbench.ts';

/** A workbench whose stack stands for a deployment, and the environment in which the command may call it. */
export async function openDeployment(): Promise<{ bench: Workbench; env: Record<string, string> }> {
	const bench = await openWorkbench();
	const { accessKeyId, secretAccessKey } = bench.stack.credentials;
	const env = {
		SUPERVISELY_API_TOKEN: bench.server.token,
		AWS_ACCESS_KEY_ID: accessKeyId,
		AWS_SECRET_ACCESS_KEY: secretAccessKey,
		AWS_SESSION_TOKEN: '',
		AWS_REGION: bench.stack.region,
	};
	return { bench, env };
}
