import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { imageRowsSchema } from '#shared/sampling/image-rows.ts';
import type { SettingsInput } from '#shared/sampling/settings.ts';
import { openDeployment } from '#test/deployment.ts';
import { runStages } from '#test/run-stages.ts';
import { isSharp, sceneOf, sceneVideo, writeSceneProject } from '#test/scene-video.ts';
import { ok, serve, temporaryFolder } from '#test/supervisely-server.ts';

const all = Array.from({ length: sceneVideo.framesPerScene * sceneVideo.scenes }, (_, frame) => frame);

/** A figure on a frame that shows nothing new, and is blurred. */
const labelledFrame = 30;
const annotation = {
	objects: [{ key: '1'.repeat(32), classTitle: 'thing', tags: [] }],
	frames: [
		{
			index: labelledFrame,
			figures: [
				{
					key: '2'.repeat(32),
					objectKey: '1'.repeat(32),
					geometryType: 'rectangle',
					geometry: {
						points: {
							exterior: [
								[10, 10],
								[50, 50],
							],
							interior: [],
						},
					},
				},
			],
		},
	],
};

/** A server with the video of scenes, and ways to sample it in chunks of so many frames. */
const start = async (labels?: object) => {
	const server = await serve();
	const folder = join(await temporaryFolder(), 'scenes');
	await writeSceneProject(folder, labels);
	const { id: source } = await server.importVideoProject(folder);
	let count = 0;
	const sample = async (settings: SettingsInput, framesPerChunk: number, into?: number) => {
		const destination = into === undefined ? { name: `images ${++count}` } : { projectId: into };
		const body = { source: { projectId: source }, destination, settings };
		const run = await runStages(server, body, { framesPerChunk });
		const named = Object.entries(run.documents).find(([key]) => key.endsWith('/destination.json'))?.[1];
		const { id } = named as { id: number };
		const { entities } = await ok(server, 'images.list', { projectId: id, recursive: true });
		const images = entities as { meta: { frame_index: number } }[];
		const frames = images.map(({ meta }) => meta.frame_index).sort((a, b) => a - b);
		return { frames, id, summary: run.outcome?.summary, documents: run.documents };
	};
	return { sample };
};

test('the sharpest frame of each half second, at every cut into chunks', async () => {
	const { sample } = await start();
	const settings = { frameQuality: { sharpestOf: '500ms' } };
	for (const framesPerChunk of [1, 3, 8, 100]) {
		const { frames, summary } = await sample(settings, framesPerChunk);
		expect(frames).toEqual(all.filter(isSharp));
		expect(summary).toMatchObject({ framesPlanned: 60, framesUploaded: 12, faultCount: 0 });
		expect(summary?.dropped).toEqual({ blurred: 0, dark: 0, bright: 0, lessSharp: 48, nearDuplicate: 0 });
	}
});

test('one frame of each scene, at every cut; dark ones not; a labelled one always', async () => {
	const { sample } = await start(annotation);
	const frameQuality = { sharpestOf: '500ms', dropNearDuplicates: { distance: 16 }, minBrightness: 20 };
	const expected = all.filter(isSharp).filter((frame, n, sharp) => sceneOf(frame) !== sceneOf(sharp[n - 1] ?? 99));
	expect(expected).toEqual([2, 12, 27, 52]);
	const kept = [2, 12, 27, labelledFrame];
	let into: number | undefined;
	for (const framesPerChunk of [1, 3, 8, 100]) {
		const { frames, summary, documents, id } = await sample({ frameQuality }, framesPerChunk);
		into = id;
		expect(frames).toEqual(kept);
		expect(summary).toMatchObject({
			framesPlanned: 60,
			framesUploaded: 4,
			framesAlreadyThere: 0,
			labels: 1,
			faultCount: 0,
		});
		expect(summary?.dropped).toMatchObject({ blurred: 0, dark: 12, bright: 0 });
		const rows = Object.entries(documents)
			.filter(([key]) => key.includes('/images/'))
			.flatMap(([, document]) => imageRowsSchema.parse(document).rows);
		expect(rows.map(({ frame }) => frame).sort((a, b) => a - b)).toEqual(kept);
		expect(rows.find(({ frame }) => frame === labelledFrame)).toMatchObject({
			...{
				labels: [{ class: 'thing', count: 1 }],
				size: { width: 160, height: 120 },
				sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
			},
			scores: { hash: expect.stringMatching(/^[0-9a-f]{16}$/) },
		});
		const known = Object.entries(documents).find(([key]) => key.includes('/kept-'))?.[1];
		expect((known as { frames: number[] }).frames.sort((a, b) => a - b)).toEqual(kept);
	}
	// With another memory everything is looked at again, and nothing is uploaded again.
	const again = await sample({ frameQuality }, 8, into);
	expect(again.frames).toEqual(kept);
	expect(again.summary).toMatchObject({ framesUploaded: 0, framesAlreadyThere: 4, labels: 1, faultCount: 0 });
	const even = await sample({ frameQuality: { ...frameQuality, evenLabelled: true } }, 8);
	expect(even.frames).toEqual([2, 12, 27]);
});

test('a later sampling of the same state knows which frames are good, and decodes none', async () => {
	const { bench } = await openDeployment();
	onTestFinished(() => bench.close());
	const request = { source: { projectId: bench.source }, destination: { name: 'sharp' } };
	const settings = { frameQuality: { sharpestOf: '1s', dropNearDuplicates: { distance: 0 } } };
	const first = await bench.ended((await bench.api.start({ ...request, settings })).id);
	expect(first).toMatchObject({ state: 'completed', framesPlanned: 60, framesAlreadyThere: 0 });
	const { framesUploaded, destination } = first;
	expect(framesUploaded).toBeGreaterThan(1);
	expect(framesUploaded + (first.dropped?.lessSharp ?? 0) + (first.dropped?.nearDuplicate ?? 0)).toBe(60);
	const into = { ...request, destination: { projectId: destination?.id ?? 0 }, settings };
	const { id } = await bench.api.start(into);
	const second = await bench.ended(id);
	expect(second).toMatchObject({ state: 'completed', framesUploaded: 0, framesAlreadyThere: framesUploaded });
	expect(second.notes.join()).toContain('frames are dropped by frameQuality, as in an earlier sampling');
	const chunks = bench.logLines('Decode').filter(line => line.includes('"Chunk finished"') && line.includes(id));
	for (const line of chunks) expect(JSON.parse(line)).toMatchObject({ bytesRead: 0 });
	expect(chunks.length).toBeGreaterThan(0);
});
