import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GetObjectCommand, ListBucketsCommand, ListObjectsV2Command } from '@aws-sdk/client-s3';
import {
	GetQueueAttributesCommand,
	ListQueuesCommand,
	SetQueueAttributesCommand,
	type SetQueueAttributesCommandInput,
} from '@aws-sdk/client-sqs';
import { type SuperviselyServer, startSuperviselyServer } from '#demo/server/server.ts';
import { Store } from '#demo/server/store.ts';
import type { Launcher } from '#local/lambda/launch.ts';
import type { LocalStack } from '#local/stack.ts';
import { type ApiClient, makeApiClient } from '../../cli/api-client.ts';
import type { SamplingStatus } from '../../functions/api/schemas.ts';
import { until } from './framefan-command.ts';
import { startStack } from './stack-process.ts';
import { tiny, tinyVideos, writeTinyVideoProject } from './tiny-video-project.ts';

/** A local stack and a server with the tiny project, for tests that reach into both. */
export type Workbench = {
	readonly server: SuperviselyServer;
	/** Changes what the server knows, behind its back, while it is closed. */
	changeServer(change: (store: Store) => void | Promise<void>): Promise<void>;
	stack: LocalStack;
	api: ApiClient;
	/** The tiny video project. */
	source: number;
	/** Imports the tiny video project once more, under another name: nobody has sampled it. */
	newSource(name: string): Promise<number>;
	/** Waits until a sampling has ended. */
	ended(id: string): Promise<SamplingStatus>;
	/**
	 * Sets attributes of the queues whose name matches; of a redrive policy only what is given changes.
	 * @returns sets them back
	 */
	setQueues(
		name: RegExp,
		attributes: { VisibilityTimeout?: string; DelaySeconds?: string; maxReceiveCount?: number },
	): Promise<() => Promise<void>>;
	/** What functions whose name begins so have logged, line by line. */
	logLines(name: string): string[];
	/** Keys of the state that begin so, and a document of it. */
	keys(prefix: string): Promise<string[]>;
	read(key: string): Promise<unknown>;
	close(): Promise<void>;
};

export const tinyFrames = tiny.frames * tinyVideos.length;

/**
 * @param parametersOf parameters of the template, for a source project
 * @param launch runs the code of the functions otherwise than by this Node
 */
export async function openWorkbench(
	parametersOf: (source: number) => Record<string, string> = () => ({}),
	launch?: Launcher,
): Promise<Workbench> {
	const data = mkdtempSync(join(tmpdir(), 'framefan-workbench-'));
	await writeTinyVideoProject(join(data, 'tiny'));
	const dataDir = join(data, 'server');
	let server = await startSuperviselyServer({ dataDir });
	const { id: source } = await server.importVideoProject(join(data, 'tiny'));
	const parameters = {
		FramesPerChunk: '5',
		ProgressSeconds: '0',
		LeaseSeconds: '3',
		LongestWaitSeconds: '5',
		...parametersOf(source),
	};
	const stack = await startStack(
		{ dataDir: join(data, 'stack'), server: server.address, token: server.token, parameters, environment: {} },
		launch ? { launch } : {},
	);
	const api = makeApiClient(stack);
	const { s3, sqs } = stack;
	const { Buckets = [] } = await s3.send(new ListBucketsCommand({}));
	const Bucket = Buckets[0]?.Name;
	return {
		...{ stack, api, source },
		newSource: async name => (await server.importVideoProject(join(data, 'tiny'), { name })).id,
		get server() {
			return server;
		},
		changeServer: async change => {
			const port = Number(new URL(server.address).port);
			await server.close();
			const store = new Store(dataDir);
			await change(store);
			store.close();
			server = await startSuperviselyServer({ dataDir, port });
		},
		ended: async id => {
			let status: SamplingStatus | undefined;
			await until(
				async () => {
					status = await api.status(id);
					return status.state !== 'running';
				},
				120,
				`sampling ${id} had ended`,
			);
			return status as SamplingStatus;
		},
		logLines: name => {
			const folder = join(data, 'stack', 'logs');
			const files = readdirSync(folder).filter(file => file.startsWith(name));
			return files.flatMap(file => readFileSync(join(folder, file), 'utf8').split('\n').filter(Boolean));
		},
		setQueues: async (name, { maxReceiveCount, ...attributes }) => {
			const { QueueUrls = [] } = await sqs.send(new ListQueuesCommand({}));
			const before: SetQueueAttributesCommandInput[] = [];
			const AttributeNames = ['RedrivePolicy', 'VisibilityTimeout', 'DelaySeconds'] as const;
			for (const QueueUrl of QueueUrls.filter(url => name.test(url))) {
				const found = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: [...AttributeNames] }));
				before.push({ QueueUrl, Attributes: found.Attributes });
				const redrive = JSON.parse(found.Attributes?.RedrivePolicy ?? '{}');
				const RedrivePolicy = JSON.stringify({ ...redrive, maxReceiveCount });
				const Attributes = { ...attributes, ...(maxReceiveCount ? { RedrivePolicy } : {}) };
				await sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes }));
			}
			return async () => {
				for (const queue of before) await sqs.send(new SetQueueAttributesCommand(queue));
			};
		},
		keys: async Prefix => {
			const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket, Prefix }));
			return Contents.flatMap(({ Key }) => Key ?? []);
		},
		read: async Key => {
			const found = await s3.send(new GetObjectCommand({ Bucket, Key }));
			return JSON.parse((await found.Body?.transformToString()) ?? 'null');
		},
		close: async () => {
			await stack.close();
			await server.close();
			rmSync(data, { recursive: true, force: true });
			// Its own code may take a refusal for another failure and go on.
			if (stack.denied.length > 0)
				throw new Error(`Functions were refused what they need:\n${stack.denied.join('\n')}`);
		},
	};
}
