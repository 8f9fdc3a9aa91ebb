import { expect, test } from 'vitest';
import type { SuperviselyApi } from '#shared/supervisely/remote/api.ts';
import { makeTestApi } from '#test/api.ts';
import { mostPreviewed, type Preview } from '../../../functions/api/schemas.ts';

const listing = <Entity>(entities: Entity[]) => ({ entities, perPage: 1000, pages: 1 });
const fileMeta = { framesCount: 5000, width: 100, height: 50, size: '1000', duration: 500 };
const supervisely = (videos: { id: number }[], more: Partial<SuperviselyApi> = {}): Partial<SuperviselyApi> => ({
	project: async id => (id === 5 ? { id, name: 'p', workspaceId: 1, type: 'videos' } : undefined),
	datasets: async (_, parent) => listing(parent === null ? [{ id: 7, name: 'd', projectId: 5 }] : []),
	videos: async () => listing(videos),
	...more,
});
const body = { source: { projectId: 5 }, settings: { copyAnnotations: false } };
const previewed = async (videos: object[], request: object = {}): Promise<Preview> => {
	const { call } = await makeTestApi(supervisely(videos as { id: number }[]));
	const { status, body: found } = await call('POST /samplings/preview', { body: { ...body, ...request } });
	expect(status, JSON.stringify(found)).toBe(200);
	return found;
};

test.each([
	[{ videos: 21 }, 'videos', /^videos is 21: it must be a whole number from 1 to 20; framefan preview shows more$/],
	[{ videos: 0 }, 'videos', /^videos is 0/],
	[{ videos: '3' }, 'videos', /^videos is "3"/],
	[{ pictures: 3 }, 'pictures', /pictures/],
	[{ settings: { step: 0 } }, 'settings.step', /step|small|>=1/],
	[{ source: { projectId: 6 } }, 'source.projectId', /^Project 6 is not on .*: check the id/],
])('%j is refused with the path of the field', async (request, path, error) => {
	const { call } = await makeTestApi(supervisely([]));
	const answer = await call('POST /samplings/preview', { body: { ...body, ...request } });
	expect(answer).toMatchObject({ status: 422, body: { path, error: expect.stringMatching(error) } });
});

test('of a long video the first frames are listed, and how many more there are is told', async () => {
	const { videos } = await previewed([{ id: 1, name: 'long.mp4', fileMeta }]);
	const [video] = videos;
	expect(video).toMatchObject({ name: 'long.mp4', datasetId: 7, frameCount: 5000, more: 5000 - mostPreviewed.frames });
	expect(video?.chosen).toHaveLength(mostPreviewed.frames);
	expect(video?.chosen.at(-1)).toEqual({ frame: 999, seconds: 99.9, rule: 'all' });
	expect(JSON.stringify(video).length).toBeLessThan(200_000);
});

test('the times that the server tells of each frame are used', async () => {
	const timecodes = [0, 1, 1.5, 10, 10.5];
	const uneven = { ...fileMeta, framesCount: 5, framesToTimecodes: timecodes };
	const settings = { select: [{ every: '5s' }], copyAnnotations: false };
	const { videos } = await previewed([{ id: 1, fileMeta: uneven }], { settings });
	expect(videos[0]?.chosen).toEqual([
		{ frame: 0, seconds: 0, rule: 'every' },
		{ frame: 3, seconds: 10, rule: 'every' },
	]);
});

test('where little is known, numbers are bounds and what is missing is told', async () => {
	const { duration: _, ...untimed } = fileMeta;
	const videos = [
		{ id: 1 },
		{ id: 2, fileMeta: untimed },
		{ id: 3, fileMeta: { ...fileMeta, framesCount: 9_000_000 } },
	];
	const select = [{ every: '5s' }, { frames: [1] }];
	const found = await previewed(videos, { settings: { select, copyAnnotations: false } });
	expect(found.videos).toMatchObject([
		{ id: 1, frameCount: null, timeline: null, chosen: [], notes: [expect.stringContaining('no frame count')] },
		{
			...{ id: 2, frameCount: 5000, seconds: null, timeline: null },
			chosen: [{ frame: 1, seconds: null, rule: 'frames' }],
			selected: { frames: 5000, accuracy: 'atMost', needs: ['index'] },
		},
		{ id: 3, frameCount: 9_000_000, timeline: null, notes: [expect.stringContaining('too many frames')] },
	]);
	expect(await previewed([])).toMatchObject({
		videos: [],
		complete: true,
		notes: [expect.stringContaining('no video')],
	});
});
