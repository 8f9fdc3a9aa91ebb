import { onTestFinished } from 'vitest';
import type { SuperviselyServer } from '#demo/server/server.ts';
import { makeMemoryStore } from '#library/memory-store.ts';
import { makeTemporaryFiles } from '#library/temporary-files.ts';
import { beginAttempt, hasEnded, readOutcome } from '#shared/sampling/documents.ts';
import { makeKeepFailure } from '#shared/sampling/failure.ts';
import { keys } from '#shared/sampling/keys.ts';
import {
	decodeMessage,
	decodeMessageSchema,
	planMessageSchema,
	recountMessageSchema,
} from '#shared/sampling/messages.ts';
import type { Outcome } from '#shared/sampling/outcome.ts';
import { makeSuperviselyApi } from '#shared/supervisely/remote/api.ts';
import { connectSupervisely } from '#shared/supervisely/remote/http-client.ts';
import { installedFfmpeg } from '#shared/video/ffmpeg-path.ts';
import { startScheduledSampling } from '../../functions/api/scheduled-sampling.ts';
import { startSampling } from '../../functions/api/start-sampling.ts';
import { decodeChunk } from '../../functions/decode/decode-chunk.ts';
import { handlePlanMessage } from '../../functions/fan-out/handle-plan-message.ts';
import { countNode } from '../../functions/reduce/count-node.ts';
import { recordProgress } from '../../functions/reduce/record-progress.ts';

type Change = (value: unknown) => unknown;

/** What a run of all stages left: every message by its queue, every document as it was written last, by its key. */
export type StagesRun = {
	outcome: Outcome | undefined;
	messages: Record<'plan' | 'decode' | 'recount', unknown[]>;
	documents: Record<string, unknown>;
};

/**
 * Starts a sampling and runs its stages in this process until it ends. Then it writes what only other samplings have: a
 * scheduled run, another attempt, a failure.
 * @param changes what becomes of documents that are read, and of messages that are delivered
 */
export async function runStages(
	server: SuperviselyServer,
	body: unknown,
	{
		read = value => value,
		deliver = value => value,
		framesPerChunk = 2,
	}: { read?: Change; deliver?: Change; framesPerChunk?: number } = {},
): Promise<StagesRun> {
	const memory = makeMemoryStore();
	const documents: StagesRun['documents'] = {};
	const kept = (key: string, value: unknown) => {
		documents[key] = value;
		return value;
	};
	const store: typeof memory = {
		...memory,
		read: async key => {
			const found = await memory.read(key);
			return found && { ...found, value: read(found.value) };
		},
		write: (key, value) => memory.write(key, kept(key, value)),
		create: (key, value) => memory.create(key, kept(key, value)),
		replace: (key, value, etag) => memory.replace(key, kept(key, value), etag),
	};
	const files = makeTemporaryFiles();
	onTestFinished(() => files.remove());
	const messages: StagesRun['messages'] = { plan: [], decode: [], recount: [] };
	const waiting: [queue: keyof typeof messages, body: string][] = [];
	const sendTo = (queue: keyof typeof messages) => async (sent: unknown[]) => {
		messages[queue].push(...sent);
		waiting.push(...sent.map((message): (typeof waiting)[number] => [queue, JSON.stringify(message)]));
	};
	const supervisely = makeSuperviselyApi(connectSupervisely(server.address, async () => server.token));
	const ports = {
		...{ store, files, supervisely, ffmpegPath: installedFfmpeg(), framesPerChunk, leaseMs: 60_000 },
		...{ sendPlan: sendTo('plan'), sendDecode: sendTo('decode'), sendRecount: sendTo('recount') },
		...{ progressMs: 0, stuckMs: 0, messagesKeptMs: 0 },
	};
	const signal = new AbortController().signal;
	const stages = {
		plan: (message: unknown) => handlePlanMessage(ports, planMessageSchema.parse(message), signal),
		decode: (message: unknown) => decodeChunk(ports, decodeMessageSchema.parse(message), signal),
		recount: (message: unknown) => countNode(ports, recountMessageSchema.parse(message), recordProgress),
	};
	const { id, attempt } = await startSampling(ports, body, { requestedBy: 'arn:aws:iam::111122223333:user/ann' });
	const at = { sampling: id, attempt };
	for (let next = waiting.shift(); next && !(await hasEnded(store, at)); next = waiting.shift())
		await stages[next[0]](deliver(JSON.parse(next[1])));
	const report = await memory.read(keys.report(id));
	documents[keys.report(id)] = report?.value;
	await startScheduledSampling(ports, JSON.stringify(body), '2026-11-29T03:00:00Z');
	await beginAttempt(store, { sampling: id, attempt: 2 });
	await makeKeepFailure(store)(decodeMessage(at, 'video-1', 'chunk'), 2, new Error('the server did not answer'));
	return { outcome: await readOutcome(store, at), messages, documents };
}
