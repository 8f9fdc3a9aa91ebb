import { afterAll, beforeAll, expect, test } from 'vitest';
import { ok } from '#test/supervisely-server.ts';
import { openWorkbench, tinyFrames, type Workbench } from '#test/workbench.ts';
import type { SamplingStatus } from '../../functions/api/schemas.ts';

let bench: Workbench;
const settings = { format: 'jpg', quality: 90 };
beforeAll(async () => {
	bench = await openWorkbench(source => ({
		StandingSampling: JSON.stringify({ source: { projectId: source }, destination: { name: 'standing' }, settings }),
	}));
});
afterAll(() => bench.close());

/** What the schedule starts at a time, and how it ends. */
const fire = async (time: string): Promise<SamplingStatus> => {
	await bench.stack.invoke('Api', { 'detail-type': 'Scheduled Event', time });
	const { samplings } = await bench.api.list({ limit: 1 });
	return bench.ended(samplings[0]?.id as string);
};
/** Calls of each endpoint since it was asked last. */
const callsOf = async (work: () => Promise<unknown>) => {
	const before = bench.server.counters();
	await work();
	const calls = (endpoint: string) =>
		(bench.server.counters()[endpoint]?.requests ?? 0) - (before[endpoint]?.requests ?? 0);
	return calls;
};
const imageLabels = async (project: number) => {
	const { entities } = await ok(bench.server, 'images.list', { projectId: project, recursive: true });
	return (entities as { labelsCount: number }[]).reduce((sum, { labelsCount }) => sum + labelsCount, 0);
};

test('a schedule samples what is new and refreshes changed labels; the rest costs a listing', async () => {
	const first = await fire('2026-11-01T00:00:00Z');
	expect(first).toMatchObject({ state: 'completed', framesUploaded: tinyFrames, request: { settings } });
	const project = first.destination?.id as number;
	const labels = await imageLabels(project);
	expect(labels).toBe(first.labels);

	let calls = await callsOf(async () => {
		expect(await fire('2026-11-02T00:00:00Z')).toMatchObject({
			...{ state: 'completed', framesUploaded: 0, framesAlreadyThere: tinyFrames, faultCount: 0 },
			destination: { id: project },
		});
	});
	for (const unneeded of ['annotations.bulk.info', 'annotations.bulk.add', 'images.bulk.upload', 'files'])
		expect(calls(unneeded), unneeded).toBe(0);
	// One for each of the two videos.
	expect(calls('images.list')).toBe(2);

	// The last figure of one video goes.
	await bench.changeServer(store => {
		const record = [...store.videoAnnotations.values()].find(({ frames }) => frames.length > 0);
		const frames = record?.frames.slice(0, -1) ?? [];
		if (record) store.commit([['videoAnnotation', { ...record, frames }]]);
	});
	calls = await callsOf(async () => {
		expect(await fire('2026-11-03T00:00:00Z')).toMatchObject({ state: 'completed', framesUploaded: 0, faultCount: 0 });
	});
	expect(await imageLabels(project)).toBeLessThan(labels);
	expect(calls('annotations.bulk.add')).toBe(1);
	expect(calls('files')).toBe(0);

	// The same event once more, and one while nothing is going: the first is no run of its own.
	const { samplings } = await bench.api.list({});
	await fire('2026-11-03T00:00:00Z');
	expect((await bench.api.list({})).samplings).toHaveLength(samplings.length);
});

test('a run by request looks at every label, also at those changed in the destination', async () => {
	const { destination } = (await bench.api.list({ limit: 1 })).samplings[0] as { destination: { id: number } };
	const calls = await callsOf(async () => {
		const { id } = await bench.api.start({
			source: { projectId: bench.source },
			destination: { projectId: destination.id },
			settings: { format: 'jpg', quality: 90 },
		});
		expect(await bench.ended(id)).toMatchObject({ state: 'completed', framesUploaded: 0 });
	});
	expect(calls('annotations.bulk.info')).toBeGreaterThan(0);
});

test('a schedule goes on in its format, also after a request in another one was refused', async () => {
	const { destination } = (await bench.api.list({ limit: 1 })).samplings[0] as { destination: { id: number } };
	const { id } = await bench.api.start({
		source: { projectId: bench.source },
		destination: { projectId: destination.id },
	});
	expect(await bench.ended(id)).toMatchObject({
		...{ state: 'failed', framesUploaded: 0 },
		reason: expect.stringMatching(/already has JPEG images and these settings ask for PNG: use format jpg/),
	});
	expect(await fire('2026-11-04T00:00:00Z')).toMatchObject({ state: 'completed', framesAlreadyThere: tinyFrames });
});
