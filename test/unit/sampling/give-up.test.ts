import { expect, test } from 'vitest';
import { underLease } from '#shared/aws/lease.ts';
import { Busy } from '#shared/errors.ts';
import { readOutcome } from '#shared/sampling/documents.ts';
import type { Failure } from '#shared/sampling/failure.ts';
import { keys } from '#shared/sampling/keys.ts';
import { markDone } from '#shared/sampling/marker.ts';
import type { DecodeMessage, PlanMessage, VideoMessage } from '#shared/sampling/messages.ts';
import { emptySummary } from '#shared/sampling/summary.ts';
import { at, openSampling, part } from '#test/open-sampling.ts';
import { countNode } from '../../../functions/reduce/count-node.ts';
import { giveUp } from '../../../functions/reduce/give-up.ts';
import type { ReducePorts } from '../../../functions/reduce/ports.ts';

const message: VideoMessage = {
	...{ schema: 1, kind: 'video', ...at, node: 'video-2', parent: 'dataset-1', dataset: 1, mirror: 3, video: 2 },
};
/** Its children are known, so that the first time it is sent again. */
const giveUpTwice = async (ports: ReducePorts, step: PlanMessage): Promise<void> => {
	await giveUp(ports, step, letter);
	await giveUp(ports, step, { ...letter, messageId: 'm-2' });
};
const letter = { queue: 'arn:dead', messageId: 'm-1', body: JSON.stringify(message) };

test('a dead letter that arrives twice, at the same time or later, is one fault', async () => {
	const { ports, store, sent } = await openSampling({ isPlanned: false });
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
					video: { id: 2, name: 'video 2' },
				},
			],
		},
	});
	expect((await store.read(keys.deadLetter(at, 'video-2')))?.value).toMatchObject(letter);
	expect(sent).toEqual([]);
});

test('a step whose children are known is enqueued once more, and is a fault only when that fails, too', async () => {
	const { ports, store, sent } = await openSampling();
	await giveUp(ports, message, letter);
	await giveUp(ports, message, letter);
	expect(sent).toEqual([message, message]);
	expect(await readOutcome(store, at)).toBeUndefined();
	await giveUp(ports, message, { ...letter, messageId: 'm-2' });
	expect(await readOutcome(store, at)).toMatchObject({ state: 'completed_with_faults', summary: { faultCount: 1 } });
});

test('what is finished below a step that was given up counts, and stands in the report', async () => {
	const { ports, store } = await openSampling();
	await markDone(store, at, 'video-2', 'a', part(2));
	await giveUpTwice(ports, message);
	const { summary } = (await readOutcome(store, at)) as { summary: object };
	const counts = { framesPlanned: 5, framesUploaded: 2, framesAlreadyThere: 1 };
	expect(summary).toMatchObject({ videos: 1, ...counts, faultCount: 1 });
	expect((await store.read(keys.report(at.sampling)))?.value).toMatchObject({
		videos: [{ id: 2, name: 'v.mp4', ...counts, framesFaulted: 2, faults: [{ reason: 'gave-up' }] }],
		faults: [],
	});
});

test('of a dataset that was given up, the videos that are finished stand in the report beside the fault', async () => {
	const { ports, store } = await openSampling();
	const children = ['video-2', 'video-3'];
	await store.write(keys.node(at.sampling, 'dataset-1'), {
		...{ schema: 1, id: 'dataset-1', parent: 'project', children, own: emptySummary },
	});
	for (const chunk of ['a', 'b']) await markDone(store, at, 'video-2', chunk, part(2));
	await countNode(ports, { schema: 1, ...at, node: 'video-2' }, async () => {});
	expect(await readOutcome(store, at)).toBeUndefined();
	await giveUpTwice(ports, {
		...{ schema: 1, kind: 'dataset', ...at, node: 'dataset-1', parent: 'project', dataset: 1, under: null },
		...{ take: 'all', nested: true, depth: 1 },
	});
	expect((await store.read(keys.report(at.sampling)))?.value).toMatchObject({
		state: 'completed_with_faults',
		videos: [{ id: 2, framesUploaded: 4, framesFaulted: 0, faults: [] }],
		faults: [{ reason: 'gave-up', message: expect.stringContaining('dataset 1 could not be walked') }],
	});
});

test('a chunk that another delivery works on is no fault: the letter waits', async () => {
	const { ports, store } = await openSampling();
	const chunk: DecodeMessage = { schema: 1, ...at, node: 'video-2', chunk: 'a' };
	await underLease(store, keys.chunkLease(at.sampling, 'a'), { ms: 5000 }, async () => {
		await expect(giveUp(ports, chunk, letter)).rejects.toBeInstanceOf(Busy);
		await markDone(store, at, 'video-2', 'a', part(2));
	});
	await markDone(store, at, 'video-2', 'b', part(2));
	await giveUp(ports, chunk, letter);
	expect(await readOutcome(store, at)).toMatchObject({ state: 'completed', summary: { framesUploaded: 4 } });
});

test('what is done already is no fault, and a letter of a sampling that nobody knows stays in its queue', async () => {
	const { ports, store } = await openSampling();
	await markDone(store, at, 'dataset-1', 'video-2', part(4));
	await giveUp(ports, message, letter);
	expect(await readOutcome(store, at)).toMatchObject({ state: 'completed' });
	await expect(giveUp(ports, { ...message, sampling: 'nobody' }, letter)).rejects.toThrow('no sampling nobody');
});
