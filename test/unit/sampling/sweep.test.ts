import { describe, expect, test } from 'vitest';
import { PermanentError } from '#shared/errors.ts';
import { currentAttempt, endSampling, readOutcome } from '#shared/sampling/documents.ts';
import { keys } from '#shared/sampling/keys.ts';
import { markDone } from '#shared/sampling/marker.ts';
import { writeOpen } from '#shared/sampling/open.ts';
import type { Progress } from '#shared/sampling/outcome.ts';
import { emptySummary } from '#shared/sampling/summary.ts';
import type { StateStore } from '#shared/state-store.ts';
import { at, openSampling, part } from '#test/open-sampling.ts';
import { countNode } from '../../../functions/reduce/count-node.ts';
import { recordProgress } from '../../../functions/reduce/record-progress.ts';
import { sweep } from '../../../functions/reduce/sweep.ts';

const minute = 60_000;

test('a lost recount heals: the sweep finds what is finished, and completes', async () => {
	const { ports, store, written, age } = await openSampling();
	await markDone(store, at, 'video-2', 'a', part(2));
	await markDone(store, at, 'video-2', 'b', part(1, [{ reason: 'corrupt', message: 'frame 4' }]));
	await age(6);
	await sweep(ports, 5 * minute);
	const outcome = await readOutcome(store, at);
	expect(outcome).toMatchObject({
		state: 'completed_with_faults',
		summary: { videos: 1, framesPlanned: 5, framesUploaded: 3, framesAlreadyThere: 1, faultCount: 1 },
	});
	// What others have in the custom data stays.
	expect(written.at(-1)).toMatchObject({ team: { keeps: 'this' }, is_sample: true, framefan: { framesUploaded: 3 } });
	expect((await store.read(keys.report(at.sampling)))?.value).toMatchObject({
		sampling: 'abc',
		state: 'completed_with_faults',
		videos: [{ id: 2, name: 'v.mp4', framesPlanned: 5, framesUploaded: 3, framesAlreadyThere: 1, framesFaulted: 1 }],
	});
	expect(await store.exists(keys.open(at))).toBe(false);
});

test('recounts in any order, and twice, count each part once', async () => {
	const { ports, store, written } = await openSampling();
	const recount = (node: string) => countNode(ports, { schema: 1, ...at, node }, recordProgress);
	await recount('project');
	await markDone(store, at, 'video-2', 'b', part(2));
	await Promise.all([recount('video-2'), recount('video-2'), recount('dataset-1')]);
	expect(await readOutcome(store, at)).toBeUndefined();
	await markDone(store, at, 'video-2', 'a', part(2));
	await markDone(store, at, 'video-2', 'a', part(99));
	await Promise.all([recount('video-2'), recount('video-2'), recount('video-2')]);
	expect((await readOutcome(store, at))?.summary).toMatchObject({ framesUploaded: 4, videos: 1 });
	expect(written.filter(data => (data.framefan as { state: string }).state === 'completed')).toHaveLength(1);
});

test('a sampling that waits for a server that is away is left alone', async () => {
	const { ports, store, sent, age } = await openSampling();
	await age(91, 3);
	const outage = { ...{ schema: 1 as const, since: 1, endedAt: 0, openUntil: 2, tries: 1 }, why: 'it answers 503' };
	await sweep({ ...ports, outage: async () => outage }, 5 * minute);
	expect(sent).toEqual([]);
	expect(await readOutcome(store, at)).toBeUndefined();
});

test('a stuck sampling gets its messages again three times, and is then ended with a reason', async () => {
	const { ports, store, sent, written, age } = await openSampling();
	await age(4);
	await sweep(ports, 5 * minute);
	await age(89);
	await sweep(ports, 5 * minute);
	expect(sent).toEqual([]);
	for (const resent of [0, 1, 2]) {
		await age(91, resent);
		await sweep(ports, 5 * minute);
		expect(sent).toHaveLength(resent + 1);
		expect((await store.read(keys.open(at)))?.value).toMatchObject({ resent: resent + 1 });
	}
	expect(sent[0]).toEqual({ schema: 1, kind: 'project', ...at });
	await markDone(store, at, 'video-2', 'a', part(2));
	await age(91, 3);
	await sweep(ports, 5 * minute);
	expect(await readOutcome(store, at)).toMatchObject({
		state: 'failed',
		reason: expect.stringMatching(/No progress for 360 minutes.*sent again 3 times.*retry the sampling/),
		summary: { framesUploaded: 2 },
	});
	expect(written.at(-1)).toMatchObject({ framefan: { state: 'failed' } });
	expect(await store.exists(keys.open(at))).toBe(false);
});

describe('one of which nothing is heard while another moves', () => {
	const other = { sampling: 'other', attempt: 1 };
	const othersProgress = (store: StateStore, minutesAgo: number) => {
		const then = new Date(Date.now() - minutesAgo * minute).toISOString();
		return store.write(keys.progress(other), { schema: 1, at: then, summary: emptySummary } satisfies Progress);
	};

	test('waits in line, and its time counts from when the other was heard of last', async () => {
		const { ports, store, sent, age } = await openSampling();
		await writeOpen(store, other);
		await othersProgress(store, 10);
		await age(400, 3);
		await sweep(ports, 5 * minute);
		expect(await readOutcome(store, at)).toBeUndefined();
		expect(sent).toEqual([]);
		const open = (await store.read(keys.open(at)))?.value as { at: string; resent: number; inLineSince: string };
		expect(Date.now() - Date.parse(open.at)).toBeLessThan(minute);
		expect(Date.now() - Date.parse(open.inLineSince)).toBeGreaterThan(399 * minute);

		// The other has ended: what waited gets its time.
		await store.remove(keys.open(other));
		await sweep(ports, 5 * minute);
		expect(sent).toEqual([]);
	});

	test('does not wait for one of which nothing is heard either', async () => {
		const { ports, store, sent, age } = await openSampling();
		await writeOpen(store, other);
		await othersProgress(store, 95);
		await age(91);
		await sweep(ports, 5 * minute);
		expect(sent).toHaveLength(1);
	});

	test('waits no longer than queues keep its messages', async () => {
		const { ports, store, sent, age } = await openSampling();
		await writeOpen(store, other);
		await othersProgress(store, 1);
		await age(91);
		const then = new Date(Date.now() - 8 * 24 * 60 * minute).toISOString();
		await writeOpen(store, at, { at: new Date(Date.now() - 91 * minute).toISOString(), inLineSince: then });
		await store.remove(keys.progress(at));
		await sweep(ports, 5 * minute);
		expect(sent).toHaveLength(1);
	});
});

test('a sampling that died at its start is begun or forgotten; unreadable ones harm no other', async () => {
	const { ports, store, sent, age } = await openSampling();
	await age(6);
	// A retry that opened its attempt and no more; a request that was never written; a document of another time.
	const second = { ...at, attempt: 2 };
	await endSampling(store, at, { state: 'cancelled', reason: null, summary: emptySummary });
	const then = { at: new Date(Date.now() - 6 * minute).toISOString() };
	await writeOpen(store, second, then);
	await writeOpen(store, { sampling: 'never', attempt: 1 }, then);
	await writeOpen(store, { sampling: 'foreign', attempt: 1 }, then);
	await store.write(keys.progress({ sampling: 'foreign', attempt: 1 }), { schema: 9 });
	await sweep(ports, 5 * minute);
	expect(sent).toEqual([{ schema: 1, kind: 'project', ...second }]);
	expect(await currentAttempt(store, at.sampling)).toEqual(second);
	expect(await store.exists(keys.open(at))).toBe(false);
	expect(await store.exists(keys.open({ sampling: 'never', attempt: 1 }))).toBe(false);
});

test('chunks that ran when a sampling was cancelled are counted in its record', async () => {
	const { ports, store, written } = await openSampling();
	await endSampling(store, at, { state: 'cancelled', reason: 'Cancelled', summary: emptySummary });
	const recount = () => countNode(ports, { schema: 1, ...at, node: 'video-2' }, recordProgress);
	await recount();
	expect(written.at(-1)).toMatchObject({ framefan: { state: 'cancelled', framesUploaded: 0 } });
	await markDone(store, at, 'video-2', 'a', part(2));
	await recount();
	expect(written.at(-1)).toMatchObject({ framefan: { state: 'cancelled', framesUploaded: 2 } });
	expect((await store.read(keys.progress(at)))?.value).toMatchObject({ summary: { framesUploaded: 2 } });
});

test('a destination that takes no custom data is a fault, and a retry records it', async () => {
	const { ports, store, written } = await openSampling();
	for (const chunk of ['a', 'b']) await markDone(store, at, 'video-2', chunk, part(2));
	const { setProjectData } = ports.supervisely;
	ports.supervisely.setProjectData = async () => {
		throw new PermanentError('refused', 'projects.editInfo answered 400: No');
	};
	await countNode(ports, { schema: 1, ...at, node: 'video-2' }, recordProgress);
	expect(await readOutcome(store, at)).toMatchObject({
		state: 'completed_with_faults',
		summary: { framesUploaded: 4, faultCount: 1 },
	});
	expect((await store.read(keys.report(at.sampling)))?.value).toMatchObject({
		state: 'completed_with_faults',
		faults: [{ reason: 'refused', message: expect.stringContaining('projects.editInfo answered 400') }],
	});
	ports.supervisely.setProjectData = setProjectData;
	const second = { ...at, attempt: 2 };
	await countNode(ports, { schema: 1, ...second, node: 'project' }, recordProgress);
	expect(await readOutcome(store, second)).toMatchObject({ state: 'completed', summary: { faultCount: 0 } });
	expect(written.at(-1)).toMatchObject({ framefan: { state: 'completed' } });
});

test('faults beyond the bound are in the report, and the first of them in the custom data', async () => {
	const { ports, store, written } = await openSampling();
	const many = Array.from({ length: 150 }, (_, frame) => ({ reason: 'corrupt', message: `frame ${frame}` }));
	await markDone(store, at, 'video-2', 'a', part(0, many));
	await markDone(store, at, 'video-2', 'b', part(0));
	await countNode(ports, { schema: 1, ...at, node: 'video-2' }, recordProgress);
	const report = (await store.read(keys.report(at.sampling)))?.value as { videos: { faults: unknown[] }[] };
	expect(report.videos[0]?.faults).toHaveLength(150);
	expect(await readOutcome(store, at)).toMatchObject({ summary: { faultCount: 150 } });
	expect(written.at(-1)).toMatchObject({ framefan: { faultCount: 150, faults: many.slice(0, 20) } });
});
