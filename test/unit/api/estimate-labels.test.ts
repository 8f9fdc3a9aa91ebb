import { expect, onTestFinished, test, vi } from 'vitest';
import { PermanentError } from '#shared/errors.ts';
import { readFrameLabels } from '#shared/supervisely/annotation/read-frame-labels.ts';
import type { SuperviselyApi } from '#shared/supervisely/remote/api.ts';
import { makeTestApi } from '#test/api.ts';
import { mostRead } from '../../../functions/api/read-video.ts';
import type { Estimate } from '../../../functions/api/schemas.ts';

const listing = <Entity>(entities: Entity[]) => ({ entities, perPage: 1000, pages: 1 });
const videoOf = (id: number, framesCount = 100) => ({
	id,
	name: `${id}.mp4`,
	fileMeta: { framesCount, width: 100, height: 50, size: '1000', duration: framesCount / 10 },
});

/** An answer with a figure of a car on frames 0, 10, 20, …; in pieces of so many bytes. */
async function* answerOf(pieces: number, bytes: number): AsyncIterable<Uint8Array> {
	const frames = Array.from({ length: 10 }, (_, n) => ({ index: n * 10, figures: [{ objectId: 1 }] }));
	const objects = [{ id: 1, classTitle: 'car', tags: [] }];
	yield Buffer.from(JSON.stringify([{ size: { width: 100, height: 50 }, tags: [], objects, frames }]));
	for (let n = 0; n < pieces; n++) yield Buffer.alloc(bytes, ' ');
}

const settings = { select: [{ annotated: { classes: ['car'] } }, { count: 5 }] };
const estimate = async (videos: object[], frameLabels: SuperviselyApi['frameLabels']): Promise<Estimate> => {
	const { call } = await makeTestApi({
		project: async id => ({ id, name: 'p', workspaceId: 1, type: 'videos' }),
		projectMeta: async () => ({ classes: [{ title: 'car', shape: 'rectangle', color: '#00ff00' }], tags: [] }),
		datasets: async (_, parent) => listing(parent === null ? [{ id: 7, name: 'd', projectId: 5 }] : []),
		videos: async () => listing(videos as { id: number }[]),
		frameLabels,
	});
	const { status, body } = await call('POST /samplings/estimate', { body: { source: { projectId: 5 }, settings } });
	expect(status).toBe(200);
	return body;
};

test('labels are read where a rule asks for them, of the video and its dataset', async () => {
	const asked: number[][] = [];
	const found = await estimate([videoOf(1), videoOf(2)], (dataset, video, isWanted, onBytes) => {
		asked.push([dataset, video]);
		return readFrameLabels(answerOf(0, 0), isWanted, onBytes);
	});
	expect(asked).toEqual([
		[7, 1],
		[7, 2],
	]);
	expect(found.rules).toMatchObject([
		{ frames: 20, accuracy: 'about', needs: ['index'] },
		{ frames: 10, accuracy: 'about', needs: ['index'] },
	]);
	// The five evenly spaced ones are annotated, too.
	expect(found).toMatchObject({ frames: 20, accuracy: 'about' });
});

test('beyond so many annotations, numbers by labels are bounds, and a note says so', async () => {
	const videos = Array.from({ length: mostRead.annotations + 3 }, (_, n) => videoOf(n + 1));
	let calls = 0;
	const found = await estimate(videos, (_, __, isWanted, onBytes) => {
		calls++;
		return readFrameLabels(answerOf(0, 0), isWanted, onBytes);
	});
	expect(calls).toBe(mostRead.annotations);
	expect(found.rules[0]).toMatchObject({
		frames: 10 * calls + 3 * 100,
		accuracy: 'atMost',
		needs: ['index', 'labels'],
	});
	expect(found.rules[1]).toMatchObject({ accuracy: 'about' });
	expect(found.accuracy).toBe('atMost');
	expect(found.notes.join()).toContain('labels of 3 videos were not read: a request reads at most 200 annotations');
});

test('beyond so many bytes of annotations, reading ends and numbers are bounds', async () => {
	const found = await estimate([videoOf(1)], (_, __, isWanted, onBytes) =>
		readFrameLabels(answerOf(1000, 1_000_000), isWanted, onBytes),
	);
	expect(found.rules[0]).toMatchObject({ frames: 100, accuracy: 'atMost' });
	expect(found.notes.join()).toContain('100 MB');
});

test('an annotation that does not come in time, or is malformed, makes numbers bounds', async () => {
	const broken = await estimate([videoOf(1)], () => Promise.reject(new PermanentError('unreadable', 'Not JSON')));
	expect(broken.rules[0]).toMatchObject({ frames: 100, accuracy: 'atMost', needs: ['index', 'labels'] });
	expect(broken.notes.join()).toContain('labels of 1 videos could not be read (video 1: Not JSON)');

	vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] });
	onTestFinished(() => void vi.useRealTimers());
	let isAsked = false;
	const late = estimate([videoOf(1)], () => {
		isAsked = true;
		return new Promise(() => {});
	});
	while (!isAsked) await new Promise(resolve => setImmediate(resolve));
	await vi.advanceTimersByTimeAsync(17_000);
	expect((await late).notes.join()).toContain('labels of 1 videos were not read');
});

test('videos with more frames than are looked at one by one are counted roughly', async () => {
	const found = await estimate([videoOf(1, 5_000_000)], () => Promise.reject(new Error('not asked')));
	expect(found.rules).toMatchObject([{ accuracy: 'atMost' }, { frames: 5, accuracy: 'about' }]);
	expect(found.notes.join()).toContain('1 videos have too many frames');
});
