import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { GetObjectCommand, ListBucketsCommand, S3Client } from '@aws-sdk/client-s3';
import {
	GetQueueAttributesCommand,
	ListQueuesCommand,
	SendMessageBatchCommand,
	type SendMessageBatchRequestEntry,
	SetQueueAttributesCommand,
	SQSClient,
} from '@aws-sdk/client-sqs';
import { type SuperviselyServer, startSuperviselyServer } from '#demo/server/server.ts';
import { type StackProcess, startStackProcess } from '#test/stack-process.ts';
import type { Plan } from './plan.ts';
import { makeRandom } from './random.ts';
import { type Meddling, startServiceProxy } from './service-proxy.ts';

/** Everything a sampling stands on, in processes that can be killed, with a proxy before S3 and SQS. */
export type World = {
	server: SuperviselyServer;
	stack(): StackProcess;
	/** Lets go wrong what a plan says, from now on. */
	setTrouble(plan: Plan, seed: number): Promise<void>;
	calm(): void;
	/** Kills the stack with its S3 and SQS, and starts it again. */
	restart(): Promise<void>;
	killSandbox(worker: string | undefined, choose: (pids: number[]) => number | undefined): Promise<void>;
	/** A JSON document of the state. */
	read(key: string): Promise<unknown>;
	close(): Promise<void>;
};

const xmlError = (code: string) => `<?xml version="1.0"?><Error><Code>${code}</Code><Message>Chaos</Message></Error>`;

export async function startWorld(folder: string): Promise<World> {
	const server = await startSuperviselyServer({ dataDir: join(folder, 'server') });
	const proxies = { s3: await startServiceProxy(), sqs: await startServiceProxy() };
	let stack: StackProcess;
	let visibilitySeconds = 5;
	const client = () => ({ region: 'us-east-1', credentials: stack.credentials });
	/** Past the proxies. */
	const direct = () =>
		new SQSClient({ ...client(), endpoint: String(proxies.sqs.target), useQueueUrlAsEndpoint: false });

	/**
	 * The template's attributes hold for the first start only: on a later one, messages that are waiting would be taken
	 * for half an hour before the queues are tuned again.
	 */
	let tuned = false;
	const keepTuned = (request: IncomingMessage): Meddling =>
		tuned && String(request.headers['x-amz-target']).endsWith('.SetQueueAttributes')
			? { with: 'answer', status: 200, headers: { 'content-type': 'application/x-amz-json-1.0' }, body: '{}' }
			: { with: 'nothing' };

	const start = async () => {
		const options = {
			dataDir: join(folder, 'stack'),
			server: server.address,
			token: server.token,
			parameters: {
				...{ FramesPerChunk: '10', ProgressSeconds: '1', LeaseSeconds: '3' },
				...{ LongestWaitSeconds: '5', RequestSeconds: '2' },
			},
			environment: {},
			proxies: { s3: proxies.s3.endpoint, sqs: proxies.sqs.endpoint },
		};
		stack = await startStackProcess(options, ({ s3, sqs }) => {
			proxies.s3.target = s3;
			proxies.sqs.target = sqs;
		});
		await tuneQueues();
		tuned = true;
	};
	/** Messages come back soon, and are not given up: what is given up is another test's. */
	const tuneQueues = async () => {
		const sqs = direct();
		const { QueueUrls = [] } = await sqs.send(new ListQueuesCommand({}));
		for (const QueueUrl of QueueUrls) {
			const { Attributes = {} } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }));
			const redrive = Attributes.RedrivePolicy && JSON.parse(Attributes.RedrivePolicy);
			const patient = redrive ? { RedrivePolicy: JSON.stringify({ ...redrive, maxReceiveCount: 1000 }) } : {};
			await sqs.send(
				new SetQueueAttributesCommand({
					QueueUrl,
					Attributes: { VisibilityTimeout: String(visibilitySeconds), ...patient },
				}),
			);
		}
		sqs.destroy();
	};
	const killSandbox: World['killSandbox'] = async (worker, choose) => {
		const all = await stack.sandboxes();
		const pids = Object.entries(all)
			.filter(([id]) => worker === undefined || id.startsWith(worker))
			.flatMap(([, each]) => each);
		const pid = choose(pids);
		try {
			if (pid) process.kill(pid, 'SIGKILL');
		} catch {
			// It had ended by itself.
		}
	};
	await start();

	return {
		server,
		stack: () => stack,
		killSandbox,
		restart: async () => {
			proxies.s3.target = undefined;
			proxies.sqs.target = undefined;
			await stack.kill();
			await start();
		},
		calm: () => {
			for (const proxy of Object.values(proxies)) {
				proxy.meddle = () => ({ with: 'nothing' });
				proxy.onDone = () => {};
			}
			proxies.sqs.meddle = keepTuned;
			server.setFaults([]);
		},
		setTrouble: async (plan, seed) => {
			const random = makeRandom(seed + 1_000_000);
			visibilitySeconds = plan.visibilitySeconds;
			await tuneQueues();
			server.setFaults(plan.remote);
			const open = [...plan.killAtWrites];
			const killAt = async (request: IncomingMessage, when: 'before' | 'after') => {
				if (request.method !== 'PUT' && request.method !== 'DELETE') return;
				const path = decodeURIComponent((request.url ?? '').split('?')[0] as string);
				const at = open.findIndex(kill => kill.when === when && kill.key.test(path));
				const [kill] = at < 0 ? [] : open.splice(at, 1);
				if (!kill) return;
				const all = (await stack.sandboxes()) ?? {};
				const pids = Object.entries(all).flatMap(([id, each]) => (id.startsWith(kill.worker) ? each : []));
				for (const pid of pids) await killSandbox(kill.worker, () => pid);
			};
			proxies.s3.onDone = request => killAt(request, 'after');
			proxies.s3.meddle = async (request): Promise<Meddling> => {
				await killAt(request, 'before');
				const headers = { 'content-type': 'application/xml' };
				const conditional = request.headers['if-none-match'] ?? request.headers['if-match'];
				if (conditional && random.chance(plan.s3.conflict))
					return { with: 'answer', status: 409, headers, body: xmlError('ConditionalRequestConflict') };
				if (random.chance(plan.s3.failed))
					return { with: 'answer', status: random.pick([500, 503]), headers, body: xmlError('InternalError') };
				return random.chance(plan.s3.lost) ? { with: 'loss' } : { with: 'nothing' };
			};
			proxies.sqs.meddle = async (request, body): Promise<Meddling> => {
				if (!String(request.headers['x-amz-target']).endsWith('.SendMessageBatch')) return keepTuned(request);
				const { QueueUrl, Entries } = JSON.parse(body.toString('utf8')) as {
					QueueUrl: string;
					Entries: SendMessageBatchRequestEntry[];
				};
				const sqs = direct();
				const refused = Entries.filter(() => random.chance(plan.sqs.refused));
				const taken = Entries.filter(entry => !refused.includes(entry));
				const copies = taken
					.filter(() => random.chance(plan.sqs.duplicated))
					.map(entry => ({ ...entry, Id: `copy-${entry.Id}` }));
				// Some behind others: a queue promises no order.
				const sent = [...taken, ...copies].map(entry => ({
					...entry,
					...(random.chance(plan.sqs.delayed) ? { DelaySeconds: 1 } : {}),
				}));
				for (let at = 0; at < sent.length; at += 10)
					await sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries: sent.slice(at, at + 10).reverse() }));
				sqs.destroy();
				const answer = {
					Successful: taken.map(({ Id, MessageBody = '' }) => ({
						Id,
						MessageId: crypto.randomUUID(),
						MD5OfMessageBody: md5(MessageBody),
					})),
					Failed: refused.map(({ Id }) => ({ Id, SenderFault: false, Code: 'InternalError', Message: 'Chaos' })),
				};
				const headers = { 'content-type': 'application/x-amz-json-1.0' };
				return { with: 'answer', status: 200, headers, body: JSON.stringify(answer) };
			};
		},
		read: async key => {
			const s3 = new S3Client({ ...client(), endpoint: String(proxies.s3.target), forcePathStyle: true });
			try {
				const { Buckets = [] } = await s3.send(new ListBucketsCommand({}));
				const found = await s3.send(new GetObjectCommand({ Bucket: Buckets[0]?.Name, Key: key }));
				return JSON.parse((await found.Body?.transformToString()) ?? 'null');
			} finally {
				s3.destroy();
			}
		},
		close: async () => {
			await stack.kill();
			await Promise.all(Object.values(proxies).map(proxy => proxy.close()));
			await server.close();
			const denied = join(folder, 'stack', 'logs', 'access-denied.log');
			if (existsSync(denied))
				throw new Error(`Functions were refused what they need:\n${readFileSync(denied, 'utf8')}`);
		},
	};
}

const md5 = (text: string): string => createHash('md5').update(text).digest('hex');
