import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ok } from '#test/supervisely-server.ts';
import { openWorkbench, tinyFrames, type Workbench } from '#test/workbench.ts';

let bench: Workbench;
beforeAll(async () => {
	bench = await openWorkbench();
	// One delivery, so that what never succeeds is given up soon.
	await bench.setQueues(/queue/, { maxReceiveCount: 1 });
});
afterAll(() => bench.close());

const start = (name: string, settings = {}) =>
	bench.api.start({ source: { projectId: bench.source }, destination: { name }, settings });
const always = (match: string) => [{ match, share: 1, action: { status: 500 } }];
const customData = async (id: number) => (await ok(bench.server, 'projects.info', { id })).customData;

describe('dead letters become faults', () => {
	test('of chunks: each frame is a fault with the last error, and a retry completes them', async () => {
		bench.server.setFaults(always('images.bulk.add'));
		const { id } = await start('lost chunks', { step: 10 });
		const first = await bench.ended(id);
		expect(first).toMatchObject({ state: 'completed_with_faults', framesPlanned: 6, framesUploaded: 0, faultCount: 6 });
		for (const { reason, message, video, frame } of first.faults) {
			expect(reason).toBe('gave-up');
			expect(message).toMatch(
				/all deliveries failed, the last with: images\.bulk\.add answered 500.*retry the sampling/,
			);
			expect(video?.name).toMatch(/^(first|second)\./);
			expect(frame).toBeTypeOf('number');
		}
		const letters = await bench.keys(`samplings/${id}/attempts/1/dead-letters/`);
		expect(letters).toHaveLength(2);
		expect(await bench.read(letters[0] as string)).toMatchObject({ body: expect.stringContaining('"chunk"') });
		const report = await bench.read(`samplings/${id}/report.json`);
		expect(report).toMatchObject({ state: 'completed_with_faults', attempt: 1 });
		expect((report as { videos: object[] }).videos).toHaveLength(2);
		for (const row of (report as { videos: object[] }).videos)
			expect(row).toMatchObject({ framesPlanned: 3, framesUploaded: 0, framesAlreadyThere: 0, framesFaulted: 3 });

		bench.server.setFaults([]);
		expect(await bench.api.retry(id)).toEqual({ id, attempt: 2 });
		const second = await bench.ended(id);
		expect(second).toMatchObject({ state: 'completed', attempt: 2, framesUploaded: 6, faultCount: 0, faults: [] });
		expect(await customData(second.destination?.id as number)).toMatchObject({
			framefan: { state: 'completed', attempt: 2, framesUploaded: 6 },
		});
		await expect(bench.api.retry(id)).rejects.toThrow(/409.*nothing to retry/);
	});

	test('of steps of the walk: what was not walked is a fault, and nothing is done twice', async () => {
		bench.server.setFaults(always('videos.annotations.bulk.info'));
		const { id } = await start('lost videos', { step: 15 });
		const first = await bench.ended(id);
		expect(first).toMatchObject({ state: 'completed_with_faults', videos: 2, framesPlanned: 0, faultCount: 2 });
		expect(first.faults[0]).toMatchObject({
			reason: 'gave-up',
			message: expect.stringContaining('videos.annotations'),
		});
		bench.server.setFaults([]);
		await bench.api.retry(id);
		expect(await bench.ended(id)).toMatchObject({ state: 'completed', videos: 2, framesUploaded: 4, faults: [] });
	});

	test('of the first step: the sampling fails with the reason', async () => {
		bench.server.setFaults(always('projects.meta'));
		const { id } = await start('lost start');
		const status = await bench.ended(id);
		expect(status).toMatchObject({ state: 'failed', reason: expect.stringContaining('projects.meta answered 500') });
		bench.server.setFaults([]);
		await bench.api.retry(id);
		expect(await bench.ended(id)).toMatchObject({ state: 'completed', framesUploaded: tinyFrames });
	});
});
