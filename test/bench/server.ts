import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Counter } from '#demo/server/counters.ts';
import { cpuSecondsOf } from './measure/process-tree.ts';

/** A Supervisely-compatible server in a process of its own, with one project. */
export type BenchServer = {
	address: string;
	token: string;
	project: number;
	/** Milliseconds of processor time since it was ready. */
	cpuMs(): number;
	/** Bytes that it has sent of videos since it was ready. */
	videoBytes(): Promise<number>;
	/** The only video's id. */
	video(): Promise<number>;
	close(): Promise<void>;
};

/**
 * @param folder empty, for its data
 * @param project a folder in Supervisely's video project format
 * @param delayMs how much later each answer comes, as from a server far away
 */
export async function startBenchServer(folder: string, project: string, delayMs = 0): Promise<BenchServer> {
	const child = fork(join(import.meta.dirname, 'serve.ts'), [folder, project, String(delayMs)], {
		execArgv: ['--import', 'tsx'],
		stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
	});
	const ended = once(child, 'exit');
	const [ready] = await Promise.race([
		once(child, 'message'),
		ended.then(([code]) => {
			throw new Error(`The server ended with ${code}`);
		}),
	]);
	const { address, token, project: id } = ready as { address: string; token: string; project: number };
	const pid = child.pid as number;
	const before = cpuSecondsOf(pid);
	const ask = async (method: string, body: object) => {
		const response = await fetch(`${address}/public/api/v3/${method}`, {
			method: 'POST',
			headers: { 'content-type': 'application/json', 'x-api-key': token },
			body: JSON.stringify(body),
		});
		return (await response.json()) as { entities: { id: number }[] };
	};
	return {
		...{ address, token, project: id },
		cpuMs: () => (cpuSecondsOf(pid) - before) * 1000,
		videoBytes: async () => {
			child.send('counters');
			const [{ counters }] = (await once(child, 'message')) as [{ counters: Record<string, Counter> }];
			return Object.entries(counters).reduce((sum, [name, { bytesOut }]) => sum + (isVideo(name) ? bytesOut : 0), 0);
		},
		video: async () => {
			const { entities: datasets } = await ask('datasets.list', { projectId: id });
			const { entities: videos } = await ask('videos.list', { datasetId: datasets[0]?.id });
			return videos[0]?.id as number;
		},
		close: async () => {
			child.disconnect();
			await ended;
		},
	};
}

const isVideo = (endpoint: string): boolean => endpoint === 'files' || endpoint === 'videos.download';
