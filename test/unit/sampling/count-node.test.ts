import { expect, test } from 'vitest';
import { beginAttempt, endSampling, keepNode } from '#shared/sampling/documents.ts';
import { keys } from '#shared/sampling/keys.ts';
import { labelsAreUpToDate } from '#shared/sampling/label-fingerprint.ts';
import { finishedChildren, isDone, markDone } from '#shared/sampling/marker.ts';
import { emptySummary } from '#shared/sampling/summary.ts';
import { at, openSampling, part } from '#test/open-sampling.ts';
import { countNode } from '../../../functions/reduce/count-node.ts';
import { recordEnd } from '../../../functions/reduce/end-of-sampling.ts';

const fault = { reason: 'corrupt', message: 'x' };
const second = { ...at, attempt: 2 };
const labels = { dataset: 9, fingerprint: 'abc' };

/** A video with labels whose two chunks are finished in an attempt, the second with these faults; it is counted. */
async function countedVideo({ attempt = at, faults = [] as (typeof fault)[] }) {
	const { ports, store } = await openSampling({ isPlanned: false });
	const own = { ...emptySummary, videos: 1, framesPlanned: 2 };
	const video = { id: 2, name: 'v.mp4' };
	await keepNode(store, attempt, { id: 'video-2', parent: 'dataset-1', children: ['a', 'b'], video, labels, own });
	await markDone(store, attempt, 'video-2', 'a', part(1));
	await markDone(store, attempt, 'video-2', 'b', part(1, faults));
	await countNode(ports, { schema: 1, ...attempt, node: 'video-2' }, () => Promise.reject(new Error('unfinished')));
	return store;
}

test('labels of a video without faults are recorded as up to date', async () => {
	expect(await labelsAreUpToDate(await countedVideo({}), labels)).toBe(true);
});

test('labels of a video with faults are looked at again in the next run', async () => {
	expect(await labelsAreUpToDate(await countedVideo({ faults: [fault] }), labels)).toBe(false);
});

test('labels of a later attempt, of which some may be of newer annotations, are looked at again', async () => {
	expect(await labelsAreUpToDate(await countedVideo({ attempt: second }), labels)).toBe(false);
});

test('of two markers of a child, with and without faults, the one without counts', async () => {
	const { store } = await openSampling();
	await markDone(store, at, 'video-2', 'a', part(1, [fault]));
	await markDone(store, at, 'video-2', 'a', part(1));
	const finished = await finishedChildren(store, at, 'video-2');
	expect(finished.get('a')).toEqual({ key: keys.done(at.sampling, 'video-2', 'a'), faulty: false });
});

test('faults of an earlier attempt leave a child unfinished in the next', async () => {
	const { store } = await openSampling();
	await markDone(store, at, 'video-2', 'a', part(1, [fault]));
	await markDone(store, at, 'video-2', 'b', part(1));
	await markDone(store, { ...at, attempt: 12 }, 'video-2', 'c', part(1, [fault]));
	const finishedIn = async (attempt: number) => [
		...(await finishedChildren(store, { ...at, attempt }, 'video-2')).keys(),
	];
	expect(await finishedIn(1)).toEqual(['a', 'b']);
	expect(await finishedIn(2)).toEqual(['b']);
	expect(await finishedIn(12)).toEqual(['b', 'c']);
	expect(await isDone(store, second, 'video-2', 'a')).toBe(false);
	expect(await isDone(store, at, 'video-2', 'a')).toBe(true);
});

test('counting the children of a node lists one prefix', async () => {
	const { store } = await openSampling();
	const lists: string[] = [];
	const list = (prefix: string) => {
		lists.push(prefix);
		return store.list(prefix);
	};
	await finishedChildren({ ...store, list }, at, 'video-2');
	expect(lists).toEqual([keys.markers(at.sampling, 'video-2')]);
});

test('the end of an attempt is not recorded over what a newer attempt has recorded', async () => {
	const { ports, store, written } = await openSampling();
	await endSampling(store, at, { state: 'cancelled', summary: emptySummary, reason: null });
	await recordEnd(ports, at);
	expect(written.at(-1)).toMatchObject({ framefan: { state: 'cancelled', attempt: 1 } });
	await beginAttempt(store, second);
	await recordEnd(ports, at);
	expect(written).toHaveLength(1);
});
