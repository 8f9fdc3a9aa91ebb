import { expect, test } from 'vitest';
import { makeMemoryStore } from '#library/memory-store.ts';
import { keepNode, readOutcome } from '#shared/sampling/documents.ts';
import { keys } from '#shared/sampling/keys.ts';
import { markDone } from '#shared/sampling/marker.ts';
import { type Report, reportSchema } from '#shared/sampling/report.ts';
import { requestSchema } from '#shared/sampling/request.ts';
import { emptySummary } from '#shared/sampling/summary.ts';
import type { StateStore } from '#shared/state-store.ts';
import { at } from '#test/open-sampling.ts';
import { countNode } from '../../../functions/reduce/count-node.ts';

const [videos, chunks, faultsPerChunk] = [300, 10, 100];

/** A store that knows its largest document, and the largest piece of those that come in pieces. */
const measured = () => {
	const store = makeMemoryStore();
	const largest = { document: 0, piece: 0 };
	const watched: StateStore = {
		...store,
		write: (key, value) => {
			largest.document = Math.max(largest.document, JSON.stringify(value).length);
			return store.write(key, value);
		},
		writeText: (key, pieces) => {
			const seen = async function* () {
				for await (const piece of pieces) {
					largest.piece = Math.max(largest.piece, piece.length);
					yield piece;
				}
			};
			return store.writeText(key, seen());
		},
	};
	return { store: watched, largest };
};

test('200,000 faults are in the report, each with its video, written in small pieces', async () => {
	const { store, largest } = measured();
	const ids = Array.from({ length: videos }, (_, index) => index + 1);
	await store.write(keys.request(at.sampling), {
		...{ schema: 1, id: at.sampling, createdAt: '2026-11-01T00:00:00.000Z' },
		request: requestSchema.parse({ source: { projectId: 5 } }),
	});
	await store.write(keys.destination(at.sampling), { schema: 1, id: 77, name: 'd', workspaceId: 1 });
	await keepNode(store, at, { id: 'project', parent: null, children: ['dataset-1'], own: emptySummary });
	const nodes = ids.map(id => `video-${id}`);
	await keepNode(store, at, { id: 'dataset-1', parent: 'project', children: nodes, own: emptySummary });
	const supervisely = {
		project: async (id: number) => ({ id, name: 'd', workspaceId: 1, type: 'images', customData: {} }),
		setProjectData: async () => undefined,
		images: async function* () {},
	};
	const waits = { progressMs: 0, leaseMs: 5000, stuckMs: 0, messagesKeptMs: 0 };
	const ports = { store, supervisely, sendPlan: async () => {}, ...waits };
	const framesPerVideo = chunks * faultsPerChunk;
	for (const id of ids) {
		const video = { id, name: `v${id}.mp4` };
		const children = Array.from({ length: chunks }, (_, chunk) => `chunk-${chunk}`);
		// Every third has few faults, so that its row stands in the parts above as a whole.
		const isSmall = id % 3 === 0;
		const own = { ...emptySummary, videos: 1, framesPlanned: framesPerVideo, notes: [`on ${id}`] };
		await keepNode(store, at, { id: `video-${id}`, parent: 'dataset-1', children, video, own });
		for (const [chunk, name] of children.entries()) {
			const faults = Array.from({ length: isSmall ? 3 : faultsPerChunk }, (_, frame) => ({
				...{ reason: 'corrupt', message: 'The picture is damaged', video, frame: chunk * faultsPerChunk + frame },
			}));
			await markDone(store, at, `video-${id}`, name, {
				...emptySummary,
				...{ framesUploaded: faultsPerChunk - faults.length, faultCount: faults.length, faults, notes: [name] },
			});
		}
		await countNode(ports, { schema: 1, ...at, node: `video-${id}` }, async () => {});
	}
	const expected = ids.map(id => chunks * (id % 3 === 0 ? 3 : faultsPerChunk));
	const total = expected.reduce((sum, count) => sum + count, 0);
	expect((await readOutcome(store, at))?.summary).toMatchObject({ videos, faultCount: total });
	const report = reportSchema.parse((await store.read(keys.report(at.sampling)))?.value) as Report;
	expect(report.videos.map(({ id }) => id)).toEqual(ids);
	expect(report.videos.map(({ faults }) => faults.length)).toEqual(expected);
	for (const { id, faults, framesFaulted, notes } of report.videos) {
		expect(framesFaulted).toBe(faults.length);
		expect(new Set(faults.map(({ frame }) => frame)).size).toBe(faults.length);
		expect(faults.every(({ video }) => video?.id === id)).toBe(true);
		expect(notes).toEqual([`on ${id}`, ...Array.from({ length: chunks }, (_, chunk) => `chunk-${chunk}`)]);
	}
	expect(JSON.stringify(report).length).toBeGreaterThan(20_000_000);
	expect(largest.document).toBeLessThan(1_200_000);
	expect(largest.piece).toBeLessThan(100_000);
});
