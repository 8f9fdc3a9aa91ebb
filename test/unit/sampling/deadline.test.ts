import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { startSuperviselyServer } from '#demo/server/server.ts';
import { makeMemoryStore } from '#library/memory-store.ts';
import { makeTemporaryFiles } from '#library/temporary-files.ts';
import { keys } from '#shared/sampling/keys.ts';
import { isDone } from '#shared/sampling/marker.ts';
import type { DecodeMessage, PlanMessage } from '#shared/sampling/messages.ts';
import { requestSchema } from '#shared/sampling/request.ts';
import { makeSuperviselyApi } from '#shared/supervisely/remote/api.ts';
import { connectSupervisely } from '#shared/supervisely/remote/http-client.ts';
import { installedFfmpeg } from '#shared/video/ffmpeg-path.ts';
import { writeTinyVideoProject } from '#test/tiny-video-project.ts';
import { decodeChunk } from '../../../functions/decode/decode-chunk.ts';
import { handlePlanMessage } from '../../../functions/fan-out/handle-plan-message.ts';

const at = { sampling: 's', attempt: 1 };

const isAlive = (pid: number): boolean => {
	try {
		return process.kill(pid, 0);
	} catch {
		return false;
	}
};

test('at the deadline ffmpeg ends, no marker is written, and the next delivery does the chunk', async () => {
	const folder = mkdtempSync(join(tmpdir(), 'framefan-deadline-'));
	const files = makeTemporaryFiles();
	await writeTinyVideoProject(join(folder, 'tiny'));
	const server = await startSuperviselyServer({ dataDir: join(folder, 'server') });
	onTestFinished(async () => {
		await server.close();
		files.remove();
		rmSync(folder, { recursive: true, force: true });
	});
	const { id: source } = await server.importVideoProject(join(folder, 'tiny'));
	// A decoder that passes its trial, then says who it is and stalls behind its first pictures.
	const [slow, pids] = [join(folder, 'slow-ffmpeg'), join(folder, 'pids')];
	writeFileSync(
		slow,
		`#!/bin/sh\ncase "$*" in *nullsrc@trial*) exec '${installedFfmpeg()}' "$@";; esac\necho $$ >> '${pids}'\n'${installedFfmpeg()}' "$@" | head -c 100000\nexec sleep 1000\n`,
	);
	chmodSync(slow, 0o755);

	const plan: PlanMessage[] = [{ schema: 1, kind: 'project', ...at }];
	const chunks: DecodeMessage[] = [];
	const reported: string[] = [];
	const store = makeMemoryStore();
	const portsUntil = (signal?: AbortSignal, ffmpegPath = installedFfmpeg()) => ({
		...{ store, files, framesPerChunk: 200, leaseMs: 5000, ffmpegPath },
		supervisely: makeSuperviselyApi(
			connectSupervisely(server.address, async () => server.token, signal ? { signal } : {}),
		),
		sendPlan: async (messages: PlanMessage[]) => void plan.push(...messages),
		sendDecode: async (messages: DecodeMessage[]) => void chunks.push(...messages),
		sendRecount: async (messages: { node: string }[]) => void reported.push(...messages.map(({ node }) => node)),
	});
	const request = requestSchema.parse({ source: { projectId: source } });
	await store.write(keys.request('s'), { schema: 1, id: 's', createdAt: '2026-11-01T00:00:00.000Z', request });
	for (let message = plan.shift(); message; message = plan.shift())
		await handlePlanMessage(portsUntil(), message, new AbortController().signal);
	const [message] = chunks as [DecodeMessage];
	const done = () => isDone(store, at, message.node, message.chunk);

	const deadline = new AbortController();
	const cutOff = decodeChunk(portsUntil(deadline.signal, slow), message, deadline.signal);
	cutOff.catch(() => {});
	await expect.poll(() => existsSync(pids), { timeout: 20_000 }).toBe(true);
	await new Promise(resolve => setTimeout(resolve, 500));
	deadline.abort(new Error('The time is up'));
	await expect(cutOff).rejects.toThrow('The time is up');
	expect(await done()).toBe(false);
	expect(reported).toEqual([]);
	const [pid] = readFileSync(pids, 'utf8').split('\n').map(Number);
	await expect.poll(() => isAlive(pid as number)).toBe(false);

	await decodeChunk(portsUntil(), message, new AbortController().signal);
	expect(await done()).toBe(true);
	expect(reported).toEqual([message.node]);

	// As if the worker had died before its marker: what is in the destination is neither fetched nor written again.
	const read = (endpoint: string) => server.counters()[endpoint];
	const before = ['files', 'images.bulk.upload', 'annotations.bulk.add'].map(read);
	await store.remove(keys.done('s', message.node, message.chunk));
	await decodeChunk(portsUntil(), message, new AbortController().signal);
	expect(await done()).toBe(true);
	expect(['files', 'images.bulk.upload', 'annotations.bulk.add'].map(read)).toEqual(before);
});
