import { expect, test } from 'vitest';
import { underLease } from '#shared/aws/lease.ts';
import { DeferredError, TransientError } from '#shared/errors.ts';
import { readOutcome } from '#shared/sampling/documents.ts';
import type { Failure } from '#shared/sampling/failure.ts';
import { keys } from '#shared/sampling/keys.ts';
import { markDone } from '#shared/sampling/marker.ts';
import type { DecodeMessage, PlanMessage, VideoMessage } from '#shared/sampling/messages.ts';
import { settingsSchema } from '#shared/sampling/settings.ts';
import { at, openSampling, part } from '#test/open-sampling.ts';
import { countNode } from '../../../functions/reduce/count-node.ts';
import { handleDeadLetter } from '../../../functions/reduce/handle-dead-letter.ts';

const message: VideoMessage = {
	...{ schema: 1, kind: 'video', ...at, node: 'video-2', parent: 'dataset-1', dataset: 1, mirror: 3, video: 2 },
};
const letter = { queue: 'arn:dead', body: JSON.stringify(message) };

test('a dead letter that arrives twice, at the same time or later, is one fault', async () => {
	const { ports, store, sent } = await openSampling({ isPlanned: false });
	const failure: Failure = { schema: 1, at: '2026-11-01T00:00:00.000Z', deliveries: 5, message: 'the disk is full' };
	await store.write(keys.failure(at, 'video-2'), failure);
	await Promise.all([handleDeadLetter(ports, message, letter), handleDeadLetter(ports, message, letter)]);
	await handleDeadLetter(ports, message, letter);
	expect(await readOutcome(store, at)).toMatchObject({
		state: 'completed_with_faults',
		summary: {
			faultCount: 1,
			faults: [
				{
					reason: 'gave-up',
					message: 'all deliveries failed, the last with: the disk is full. Fix the cause, then retry the sampling',
					video: { id: 2, name: 'video 2' },
				},
			],
		},
	});
	expect((await store.read(keys.deadLetter(at, 'video-2')))?.value).toMatchObject(letter);
	expect(sent).toEqual([]);
});

test('a step whose children are known is enqueued again and again, and is no fault', async () => {
	const { ports, store, sent } = await openSampling();
	const project: PlanMessage = { schema: 1, kind: 'project', ...at };
	await handleDeadLetter(ports, message, letter);
	await handleDeadLetter(ports, message, letter);
	await handleDeadLetter(ports, project, letter);
	expect(sent).toEqual([message, message, project]);
	expect(await readOutcome(store, at)).toBeUndefined();
	for (const chunk of ['a', 'b']) await markDone(store, at, 'video-2', chunk, part(2));
	await countNode(ports, { schema: 1, ...at, node: 'video-2' }, async () => {});
	expect(await readOutcome(store, at)).toMatchObject({ state: 'completed', summary: { framesUploaded: 4 } });
});

test('a first step that never came so far fails the sampling', async () => {
	const { ports, store } = await openSampling();
	await store.remove(keys.node(at.sampling, 'project'));
	await handleDeadLetter(ports, { schema: 1, kind: 'project', ...at }, letter);
	expect(await readOutcome(store, at)).toMatchObject({
		state: 'failed',
		reason: expect.stringContaining('all deliveries failed'),
	});
});

test('the images of a chunk that was given up are asked for until the server answers', async () => {
	const { ports, store } = await openSampling();
	await store.write(keys.chunk(at.sampling, 'a'), {
		...{ schema: 1, id: 'a', video: { id: 2, name: 'v.mp4' }, dataset: 3, settings: settingsSchema.parse({}) },
		provenance: {},
		frames: [
			...[0, 1].map(index => ({ index, pts: index, name: `f${index}` })),
			// Its image was to be made anew.
			{ index: 2, pts: 2, name: 'f2', replaces: 3 },
		],
		...{ decodePlan: null, copy: null, labels: null },
	});
	const chunk: DecodeMessage = { schema: 1, ...at, node: 'video-2', chunk: 'a' };
	const images = ports.supervisely.images;
	// biome-ignore lint/correctness/useYield: it fails before it has anything to give
	ports.supervisely.images = async function* () {
		throw new TransientError('images.list answered 503', null);
	};
	await expect(handleDeadLetter(ports, chunk, letter)).rejects.toThrow('503');
	ports.supervisely.images = async function* () {
		yield { id: 1, name: 'f0' };
		yield { id: 2, name: 'f1', meta: { video_id: 99 } };
		yield { id: 3, name: 'f2' };
	};
	await handleDeadLetter(ports, chunk, letter);
	ports.supervisely.images = images;
	await markDone(store, at, 'video-2', 'b', part(2));
	await countNode(ports, { schema: 1, ...at, node: 'video-2' }, async () => {});
	expect((await readOutcome(store, at))?.summary).toMatchObject({
		framesUploaded: 3,
		faultCount: 2,
		faults: [{ frame: 1 }, { frame: 2 }],
	});
});

test('a chunk that another delivery works on is no fault: the letter waits', async () => {
	const { ports, store } = await openSampling();
	const chunk: DecodeMessage = { schema: 1, ...at, node: 'video-2', chunk: 'a' };
	await underLease(store, keys.chunkLease(at.sampling, 'a'), { ms: 5000 }, async () => {
		const hasty = { ...ports, leaseMs: 300 };
		await expect(handleDeadLetter(hasty, chunk, letter)).rejects.toBeInstanceOf(DeferredError);
		await markDone(store, at, 'video-2', 'a', part(2));
	});
	await markDone(store, at, 'video-2', 'b', part(2));
	await handleDeadLetter(ports, chunk, letter);
	expect(await readOutcome(store, at)).toMatchObject({ state: 'completed', summary: { framesUploaded: 4 } });
});

test('a dead letter of finished work is no fault; one of an unknown sampling stays', async () => {
	const { ports, store } = await openSampling();
	await markDone(store, at, 'dataset-1', 'video-2', part(4));
	await handleDeadLetter(ports, message, letter);
	expect(await readOutcome(store, at)).toMatchObject({ state: 'completed' });
	await expect(handleDeadLetter(ports, { ...message, sampling: 'nobody' }, letter)).rejects.toThrow(
		'no sampling nobody',
	);
});

test('after a chunk that was given up, the one that waits for it is sent', async () => {
	const { ports, store, sent } = await openSampling();
	const quality = { rules: { evenLabelled: true, dropNearDuplicates: { distance: 6 } }, labelled: [], windows: [] };
	await store.write(keys.chunk(at.sampling, 'a'), {
		...{ schema: 1, id: 'a', video: { id: 2, name: 'v.mp4' }, dataset: 3, settings: settingsSchema.parse({}) },
		...{ provenance: {}, frames: [{ index: 0, pts: 0, name: 'f0' }], decodePlan: null, copy: null, labels: null },
		quality: { ...quality, previous: null, next: 'b' },
	});
	await handleDeadLetter(ports, { schema: 1, ...at, node: 'video-2', chunk: 'a' }, letter);
	expect(sent).toEqual([{ schema: 1, kind: 'project', ...at }]);
});
