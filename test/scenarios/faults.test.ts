import { afterAll, beforeAll, expect, test } from 'vitest';
import { ok } from '#test/supervisely-server.ts';
import { openWorkbench, tinyFrames, type Workbench } from '#test/workbench.ts';

let bench: Workbench;
beforeAll(async () => {
	// Of its own, with chunks that are small enough to be cancelled between two.
	bench = await openWorkbench();
	// One delivery, so that what never succeeds is given up soon.
	await bench.setQueues(/queue/, { maxReceiveCount: 1 });
});
afterAll(() => bench.close());

const start = (name: string, settings = {}) =>
	bench.api.start({ source: { projectId: bench.source }, destination: { name }, settings });
const customData = async (id: number) => (await ok(bench.server, 'projects.info', { id })).customData;

test('a label that was mended at the source is taken by a retry, and so is nothing else', async () => {
	// A figure beyond the picture, on one frame.
	const move = (by: number) =>
		bench.changeServer(store => {
			for (const record of store.videoAnnotations.values()) {
				const moved = structuredClone(record);
				const figure = moved.frames.find(({ index }) => index === 10)?.figures.find(each => 'points' in each.geometry);
				const { points } = (figure?.geometry ?? {}) as { points?: { exterior: [number, number][] } };
				for (const point of points?.exterior ?? []) point[0] += by;
				store.commit([['videoAnnotation', moved]]);
			}
		});
	await move(10_000);
	const { id } = await start('mended label', { step: 10 });
	const first = await bench.ended(id);
	expect(first).toMatchObject({ state: 'completed_with_faults', framesUploaded: 6, faultCount: 2 });
	expect(first.faults).toMatchObject([{ frame: 10 }, { frame: 10 }]);
	await move(-10_000);
	const files = bench.server.counters().files?.requests ?? 0;
	await bench.api.retry(id);
	expect(await bench.ended(id)).toMatchObject({ state: 'completed', framesUploaded: 6, faultCount: 0 });
	expect(bench.server.counters().files?.requests ?? 0).toBe(files);
});

test('a retry of what was not mended ends with the same faults', async () => {
	// Its file is known, and gone when the chunks want it.
	await bench.ended((await start('indexed', { step: 30 })).id);
	bench.server.setFaults([{ match: 'files', share: 1, action: { status: 404 } }]);
	const { id } = await start('not mended', { step: 15 });
	expect(await bench.ended(id)).toMatchObject({ state: 'completed_with_faults', framesUploaded: 0, faultCount: 4 });
	await bench.api.retry(id);
	const again = await bench.ended(id);
	expect(again).toMatchObject({ state: 'completed_with_faults', attempt: 2, framesUploaded: 0, faultCount: 4 });
	expect(again.faults).toMatchObject(Array(4).fill({ reason: 'not-found' }));
	bench.server.setFaults([]);
});

test('two samplings into one project at once: each image is of one, with the labels of it', async () => {
	const project = (await ok(bench.server, 'projects.add', {
		...{ name: 'shared', type: 'images' },
		workspaceId: (await ok(bench.server, 'projects.info', { id: bench.source })).workspaceId,
	})) as { id: number };
	// Long enough that both would be at it at the same time.
	bench.server.setFaults([{ match: 'images.bulk.add', share: 1, action: { delayMs: 1500 } }]);
	const shared = { source: { projectId: bench.source }, destination: { projectId: project.id } };
	const started = await Promise.all([
		bench.api.start({ ...shared, settings: { step: 5 } }),
		bench.api.start({ ...shared, settings: { step: 5, resize: [60, 80] } }),
	]);
	const both = await Promise.all(started.map(({ id }) => bench.ended(id)));
	bench.server.setFaults([]);
	for (const { state, framesPlanned } of both) expect([state, framesPlanned]).toEqual(['completed', 12]);
	expect(both.reduce((sum, { framesUploaded }) => sum + framesUploaded, 0)).toBe(12);
	expect(both.reduce((sum, { framesAlreadyThere }) => sum + framesAlreadyThere, 0)).toBe(12);
	const { entities } = await ok(bench.server, 'images.list', { projectId: project.id, recursive: true });
	expect(entities).toHaveLength(12);
	for (const { id, width, height } of entities as { id: number; width: number; height: number }[]) {
		const { annotation } = await ok(bench.server, 'annotations.info', { imageId: id, integerCoords: false });
		expect(annotation.size).toEqual({ width, height });
	}
});

test('a refused token ends the sampling with one reason, which the destination has too', async () => {
	bench.server.setFaults([{ match: 'images.internal.hashes.list', share: 1, action: { status: 403 } }]);
	const { id } = await start('refused');
	const status = await bench.ended(id);
	expect(status).toMatchObject({ state: 'failed', reason: expect.stringMatching(/refused the API token.*403/) });
	await expect
		.poll(() => customData(status.destination?.id as number), { timeout: 20_000 })
		.toMatchObject({ framefan: { state: 'failed', reason: expect.stringContaining('refused') }, is_sample: true });
	bench.server.setFaults([]);
});

test('cancelled in the middle, then retried: complete, with nothing twice', async () => {
	bench.server.setFaults([{ match: 'images.bulk.add', share: 1, action: { delayMs: 2500 } }]);
	const { id } = await start('cancelled');
	const additions = () => bench.server.counters()['images.bulk.add']?.requests ?? 0;
	const before = additions();
	await expect.poll(additions, { timeout: 60_000 }).toBeGreaterThan(before);
	expect(await bench.api.cancel(id)).toMatchObject({ state: 'cancelled' });
	const cancelled = await bench.api.status(id);
	const project = cancelled.destination?.id as number;
	await expect.poll(() => customData(project), { timeout: 20_000 }).toMatchObject({ framefan: { state: 'cancelled' } });
	await new Promise(resolve => setTimeout(resolve, 4000));
	const after = additions();
	await new Promise(resolve => setTimeout(resolve, 1500));
	// What ran has finished its chunk; nothing new was begun.
	expect(additions()).toBe(after);
	const there = async () => (await ok(bench.server, 'images.list', { projectId: project, recursive: true })).total;
	expect(await there()).toBeLessThan(tinyFrames);

	bench.server.setFaults([]);
	await bench.api.retry(id);
	expect(await bench.ended(id)).toMatchObject({ state: 'completed', framesUploaded: tinyFrames, faultCount: 0 });
	expect(await there()).toBe(tinyFrames);
	await expect(bench.api.cancel(id)).rejects.toThrow(/409.*completed/);
});

test('a chunk that is delivered to 8 sandboxes at once gives its images and labels once', async () => {
	// The queue keeps the chunks back, so that they are delivered by hand.
	await bench.setQueues(/decodingqueue/, { DelaySeconds: '600' });
	const { id } = await start('raced');
	const chunksOf = async () => {
		const nodes = await bench.keys(`samplings/${id}/nodes/video-`);
		if (nodes.length < 2) return [];
		const read = await Promise.all(nodes.map(key => bench.read(key) as Promise<{ id: string; children: string[] }>));
		return read.flatMap(node => node.children.map(chunk => ({ node: node.id, chunk })));
	};
	await expect.poll(chunksOf, { timeout: 60_000 }).not.toEqual([]);
	const chunks = await chunksOf();
	const deliver = async (message: object, times: number) => {
		const event = (delivery: number) => ({
			Records: [
				{
					messageId: String(delivery),
					receiptHandle: 'by-hand',
					body: JSON.stringify({ schema: 1, sampling: id, attempt: 1, ...message }),
					attributes: { ApproximateReceiveCount: '1' },
					eventSourceARN: 'arn:aws:sqs:us-east-1:000000000000:by-hand',
				},
			],
		});
		const answers = await Promise.all(
			Array.from({ length: times }, (_, delivery) => bench.stack.invoke('Decode', event(delivery))),
		);
		return (answers as { batchItemFailures: object[] }[]).filter(
			({ batchItemFailures }) => batchItemFailures.length > 0,
		);
	};
	expect((await deliver(chunks[0] as object, 8)).length).toBeLessThan(8);
	expect(await deliver(chunks[0] as object, 8)).toEqual([]);
	for (const chunk of chunks.slice(1)) await deliver(chunk, 2);
	await bench.setQueues(/decodingqueue/, { DelaySeconds: '0' });
	const raced = await bench.ended(id);
	const { id: calmId } = await start('calm');
	const calm = await bench.ended(calmId);
	expect(raced).toMatchObject({ state: 'completed', framesUploaded: tinyFrames, labels: calm.labels, faultCount: 0 });
	const total = async (project: number) => {
		const { entities } = await ok(bench.server, 'images.list', { projectId: project, recursive: true });
		return (entities as { name: string; labelsCount: number }[])
			.map(({ name, labelsCount }) => `${name} ${labelsCount}`)
			.sort();
	};
	expect(await total(raced.destination?.id as number)).toEqual(await total(calm.destination?.id as number));
});

test('a sampling takes no more images than its limit; the rest is a fault with both figures', async () => {
	const request = { source: { projectId: bench.source }, destination: { name: 'limited' } };
	const { id } = await bench.api.start({ ...request, maxFrames: 40 });
	const ended = await bench.ended(id);
	expect(ended).toMatchObject({ state: 'completed_with_faults', videos: 2, framesUploaded: 30, faultCount: 1 });
	expect(ended.faults[0]).toMatchObject({
		reason: 'over-limit',
		message: expect.stringContaining('60 new images with this video, which is more than maxFrames, 40'),
	});
	const into = { projectId: ended.destination?.id as number };
	const { id: next } = await bench.api.start({ ...request, destination: into, maxFrames: 60 });
	expect(await bench.ended(next)).toMatchObject({
		...{ state: 'completed', framesUploaded: 30, framesAlreadyThere: 30, faultCount: 0 },
	});
});
