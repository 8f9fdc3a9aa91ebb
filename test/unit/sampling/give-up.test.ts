import { expect, test } from 'vitest';
import { readOutcome } from '#shared/sampling/documents.ts';
import type { Failure } from '#shared/sampling/failure.ts';
import { keys } from '#shared/sampling/keys.ts';
import { markDone } from '#shared/sampling/marker.ts';
import type { VideoMessage } from '#shared/sampling/messages.ts';
import { at, openSampling, part } from '#test/open-sampling.ts';
import { giveUp } from '../../../functions/reduce/give-up.ts';

const message: VideoMessage = {
	...{ schema: 1, kind: 'video', ...at, node: 'video-2', parent: 'dataset-1', dataset: 1, mirror: 3, video: 2 },
};
const letter = { queue: 'arn:dead', body: JSON.stringify(message) };

test('a dead letter that arrives twice, at the same time or later, is one fault', async () => {
	const { ports, store } = await openSampling();
	const failure: Failure = { schema: 1, at: '2026-11-01T00:00:00.000Z', deliveries: 5, message: 'the disk is full' };
	await store.write(keys.failure(at, 'video-2'), failure);
	await Promise.all([giveUp(ports, message, letter), giveUp(ports, message, letter)]);
	await giveUp(ports, message, letter);
	expect(await readOutcome(store, at)).toMatchObject({
		state: 'completed_with_faults',
		summary: {
			faultCount: 1,
			faults: [
				{
					reason: 'gave-up',
					message: 'given up; its last delivery ended with: the disk is full. Retry the sampling once that is mended',
					video: { id: 2, name: 'v.mp4' },
				},
			],
		},
	});
	expect((await store.read(keys.deadLetter(at, 'video-2')))?.value).toMatchObject(letter);
});

test('what is finished below a step that was given up counts', async () => {
	const { ports, store } = await openSampling();
	await markDone(store, at, 'video-2', 'a', part(2));
	await giveUp(ports, message, letter);
	const { summary } = (await readOutcome(store, at)) as { summary: object };
	expect(summary).toMatchObject({
		videos: 1,
		framesPlanned: 5,
		framesUploaded: 2,
		framesAlreadyThere: 1,
		faultCount: 1,
	});
});

test('what is done already is no fault, and a letter of a sampling that nobody knows stays in its queue', async () => {
	const { ports, store } = await openSampling();
	await markDone(store, at, 'dataset-1', 'video-2', part(4));
	await giveUp(ports, message, letter);
	expect(await readOutcome(store, at)).toMatchObject({ state: 'completed' });
	await expect(giveUp(ports, { ...message, sampling: 'nobody' }, letter)).rejects.toThrow('no sampling nobody');
});
