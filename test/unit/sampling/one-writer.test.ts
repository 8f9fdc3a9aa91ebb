import { expect, test } from 'vitest';
import { makeMemoryStore } from '#library/memory-store.ts';
import { DeferredError } from '#shared/errors.ts';
import { endSampling } from '#shared/sampling/documents.ts';
import type { Attempt } from '#shared/sampling/keys.ts';
import { markDone } from '#shared/sampling/marker.ts';
import { writeOpen } from '#shared/sampling/open.ts';
import { requestSchema } from '#shared/sampling/request.ts';
import { emptySummary } from '#shared/sampling/summary.ts';
import type { SuperviselyApi } from '#shared/supervisely/remote/api.ts';
import type { ImageFormat } from '#shared/video/picture/image-format.ts';
import { lockDataset } from '../../../functions/fan-out/lock-dataset.ts';
import { openDestination } from '../../../functions/fan-out/open-project.ts';
import type { FanOutPorts } from '../../../functions/fan-out/ports.ts';

const destination = 9;
const tick = () => new Promise(resolve => setTimeout(resolve, 20));

test('two samplings that begin at once leave the classes of both in their project', async () => {
	let meta: unknown = { classes: [], tags: [] };
	const api: Partial<SuperviselyApi> = {
		server: 'http://server',
		project: async id => ({ id, name: `p${id}`, workspaceId: 1, type: id === destination ? 'images' : 'videos' }),
		oldestImages: async () => [],
		setProjectData: async () => undefined,
		projectMeta: async id => {
			await tick();
			return id === destination
				? meta
				: { classes: [{ title: `class of ${id}`, shape: 'rectangle', color: '#112233' }], tags: [] };
		},
		setProjectMeta: async (_, wanted) => {
			await tick();
			meta = wanted;
			return undefined;
		},
	};
	const ports = { store: makeMemoryStore(), supervisely: api as SuperviselyApi, leaseMs: 5000 } as FanOutPorts;
	const open = (source: number) =>
		openDestination(
			ports,
			{ sampling: `of-${source}`, attempt: 1 },
			requestSchema.parse({ source: { projectId: source }, destination: { projectId: destination } }),
		);
	await Promise.all([open(1), open(2), open(3)]);
	const titles = (meta as { classes: { title: string }[] }).classes.map(({ title }) => title);
	expect(titles.sort()).toEqual(['class of 1', 'class of 2', 'class of 3']);
});

test('of two samplings that begin at the same time in different formats one is refused', async () => {
	let customData: Record<string, unknown> = { team: 'keeps this' };
	const project = (id: number) => ({
		...{ id, name: `p${id}`, workspaceId: 1, type: id === destination ? 'images' : 'videos', customData },
	});
	const api: Partial<SuperviselyApi> = {
		server: 'http://server',
		project: async id => project(id),
		projectMeta: async () => ({ classes: [], tags: [] }),
		setProjectMeta: async () => undefined,
		oldestImages: async () => [],
		setProjectData: async (_, data) => {
			await tick();
			customData = data;
			return undefined;
		},
	};
	const ports = { store: makeMemoryStore(), supervisely: api as SuperviselyApi, leaseMs: 5000 } as FanOutPorts;
	const open = (format: ImageFormat) =>
		openDestination(
			ports,
			{ sampling: format, attempt: 1 },
			requestSchema.parse({ source: { projectId: 1 }, destination: { projectId: destination }, settings: { format } }),
		);
	const [first, second] = await Promise.allSettled([open('jpg'), open('webp')]);
	const [begun, refused] = first?.status === 'fulfilled' ? ['JPEG', second] : ['WebP', first];
	expect(refused).toMatchObject({
		status: 'rejected',
		reason: { message: expect.stringContaining(`already has ${begun} images`) },
	});
	expect([first?.status, second?.status].sort()).toEqual(['fulfilled', 'rejected']);
	expect(customData).toMatchObject({
		team: 'keeps this',
		framefan: { settings: { format: begun === 'JPEG' ? 'jpg' : 'webp' } },
	});
});

test('a dataset is filled by one sampling until that has filled it, has ended, or is silent', async () => {
	const store = makeMemoryStore();
	const [first, second] = [1, 2].map(attempt => ({ sampling: `s${attempt}`, attempt: 1 })) as [Attempt, Attempt];
	const place = { node: 'video-2', parent: 'dataset-1' };
	const lock = (dataset: number, at: Attempt) => lockDataset({ store, leaseMs: 10 }, dataset, { ...at, ...place });
	const open = (dataset: number) => lock(dataset, second);
	await writeOpen(store, first);
	for (const dataset of [1, 2, 3]) await lock(dataset, first);
	await lock(1, first);
	await expect(open(1)).rejects.toMatchObject({ name: 'DeferredError', seconds: 0.01 });
	// Nor by another video of the same sampling.
	const sibling = lockDataset({ store, leaseMs: 10 }, 1, { ...first, node: 'video-3', parent: place.parent });
	await expect(sibling).rejects.toBeInstanceOf(DeferredError);

	await markDone(store, first, 'dataset-1', 'video-2', emptySummary);
	await open(1);
	await expect(lock(1, first)).resolves.toBeUndefined();

	const [other] = [{ sampling: 's3', attempt: 1 }];
	await writeOpen(store, other);
	const elsewhere = { node: 'video-9', parent: 'dataset-1' };
	for (const dataset of [7, 8]) await lockDataset({ store, leaseMs: 10 }, dataset, { ...other, ...elsewhere });
	await expect(open(7)).rejects.toBeInstanceOf(DeferredError);
	await endSampling(store, other, { state: 'cancelled', reason: null, summary: emptySummary });
	await open(7);

	const silent = { sampling: 's4', attempt: 1 };
	await lockDataset({ store, leaseMs: 10 }, 9, { ...silent, ...elsewhere });
	await writeOpen(store, silent, { at: new Date(Date.now() - 100).toISOString() });
	await expect(open(9)).rejects.toBeInstanceOf(DeferredError);
	await writeOpen(store, silent, { at: new Date(Date.now() - 300).toISOString() });
	await open(9);
});
