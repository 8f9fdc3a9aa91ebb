import { expect, test } from 'vitest';
import { makeMemoryStore } from '#library/memory-store.ts';
import { readOutcome } from '#shared/sampling/documents.ts';
import type { DecodeMessage, PlanMessage, RecountMessage } from '#shared/sampling/messages.ts';
import { planMessageSchema } from '#shared/sampling/messages.ts';
import { requestSchema, type SamplingRequestInput } from '#shared/sampling/request.ts';
import type { SuperviselyApi } from '#shared/supervisely/remote/api.ts';
import { handlePlanMessage } from '../../../functions/fan-out/handle-plan-message.ts';
import type { FanOutPorts } from '../../../functions/fan-out/ports.ts';

const perPage = 500;
const largestMessage = 64 * 1024;
const at = { sampling: 'wide', attempt: 1 };

type Tree = { datasets: number; videos: number; depth?: number };

/** A server with so many datasets, side by side or one below the other, and so many videos in the first. */
const remote = ({ datasets, videos, depth = 1 }: Tree) => {
	let calls = 0;
	const isNested = depth > 1;
	const page = <Entity>(total: number, { number }: { number: number }, make: (index: number) => Entity) => {
		calls++;
		const first = (number - 1) * perPage;
		const length = Math.max(0, Math.min(perPage, total - first));
		return {
			entities: Array.from({ length }, (_, i) => make(first + i)),
			perPage,
			pages: Math.ceil(total / perPage) || 1,
		};
	};
	const dataset = (id: number) => ({ id, name: `d${id}`, projectId: 5, parentId: null, customData: {} });
	const api: Partial<SuperviselyApi> = {
		server: 'http://server',
		project: async id => ({ id, name: 'p', workspaceId: 1, type: id === 5 ? 'videos' : 'images', customData: {} }),
		projectsNamed: async () => [],
		addProject: async () => ({
			...{ id: 9, name: 'p(images)', workspaceId: 1, type: 'images' },
			customData: { framefan: { sampling: at.sampling } },
		}),
		projectMeta: async () => ({ classes: [], tags: [] }),
		setProjectMeta: async () => undefined,
		dataset: async id => dataset(id),
		datasets: async (project, parent, asked) => {
			if (project !== 5) return page(0, asked, dataset);
			if (isNested) return page(1, asked, () => dataset((parent ?? 0) + 1));
			return page(parent === null ? datasets : 0, asked, index => dataset(index + 1));
		},
		datasetsNamed: async () => [],
		addDataset: async ({ name }) => ({ ...dataset(1_000_000 + Number(name.slice(1))), name }),
		setDatasetData: async () => undefined,
		videos: async (id, asked) => page(id === 1 ? videos : 0, asked, index => ({ id: 2_000_000 + index })),
		video: async id => ({ id, name: `v${id}`, projectId: 5, datasetId: 1 }),
	};
	return { api: api as SuperviselyApi, calls: () => calls };
};

/** Walks a whole tree step by step, all but the planning of its videos. */
const walk = async (tree: Tree, request: SamplingRequestInput = { source: { projectId: 5 } }) => {
	const { api, calls } = remote(tree);
	const store = makeMemoryStore();
	const queue: PlanMessage[] = [{ schema: 1, kind: 'project', ...at }];
	const recounts: RecountMessage[] = [];
	let [messages, largest, mostCalls, mostSent] = [0, 0, 0, 0];
	const videos = new Set<number>();
	const ports: FanOutPorts = {
		...{ store, supervisely: api, framesPerChunk: 100, leaseMs: 5000, ffmpegPath: 'none' },
		files: {} as FanOutPorts['files'],
		sendPlan: async messages => {
			mostSent = Math.max(mostSent, messages.length);
			for (const message of messages) {
				largest = Math.max(largest, JSON.stringify(message).length);
				planMessageSchema.parse(message);
				if (message.kind !== 'video') queue.push(message);
				else if (videos.has(message.video)) throw new Error(`Video ${message.video} is sent twice`);
				else videos.add(message.video);
			}
		},
		sendDecode: async (_: DecodeMessage[]) => {},
		sendRecount: async messages => void recounts.push(...messages),
	};
	const record = {
		schema: 1,
		id: at.sampling,
		createdAt: '2026-11-01T00:00:00.000Z',
		request: requestSchema.parse(request),
	};
	await store.write('samplings/wide/request.json', record);
	for (let message = queue.shift(); message; message = queue.shift()) {
		const before = calls();
		await handlePlanMessage(ports, message, new AbortController().signal);
		mostCalls = Math.max(mostCalls, calls() - before);
		messages++;
	}
	return { messages, largest, mostCalls, mostSent, videos: videos.size, store, recounts };
};

test('a dataset of 100,000 videos: no step reads more than a few pages or sends more than one', async () => {
	const walked = await walk({ datasets: 1, videos: 100_000 });
	// The project, the dataset, and 199 pages after its first.
	expect(walked.messages).toBe(1 + 1 + 199);
	expect(walked.videos).toBe(100_000);
	expect(walked.mostCalls).toBeLessThanOrEqual(5);
	expect(walked.mostSent).toBeLessThanOrEqual(perPage + 199);
	expect(walked.largest).toBeLessThan(1000);
});

test('10,000 datasets: a step each, and one for every page of their listing', async () => {
	const walked = await walk({ datasets: 10_000, videos: 3 });
	expect(walked.messages).toBe(1 + 19 + 10_000);
	expect(walked.videos).toBe(3);
	expect(walked.mostCalls).toBeLessThanOrEqual(5);
	expect(walked.largest).toBeLessThan(1000);
});

test('10,000 chosen videos make no message larger', async () => {
	const videoIds = Array.from({ length: 10_000 }, (_, index) => 2_000_000 + index * 2);
	const walked = await walk({ datasets: 3, videos: 30_000 }, { source: { projectId: 5, videoIds } });
	expect(walked.videos).toBe(10_000);
	expect(walked.largest).toBeLessThan(largestMessage);
});

test('datasets without end become a fault that says so, and the walk ends', async () => {
	const { messages, store } = await walk({ datasets: 1, videos: 1, depth: 2 });
	expect(messages).toBe(1 + 101);
	expect((await store.read('samplings/wide/done/dataset-100/dataset-101.faulted-1.json'))?.value).toMatchObject({
		faultCount: 1,
		faults: [
			{ reason: 'unsupported', message: expect.stringMatching(/Dataset 101 is nested below 101 datasets.*move it/) },
		],
	});
	expect(await readOutcome(store, at)).toBeUndefined();
});
