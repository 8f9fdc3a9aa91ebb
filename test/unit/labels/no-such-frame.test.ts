import { expect, test } from 'vitest';
import { findMisplaced } from '#shared/supervisely/annotation/no-such-frame.ts';
import { readVideoAnnotation } from '#shared/supervisely/annotation/video-annotation.ts';
import type { VideoTag } from '#shared/supervisely/annotation/video-object.ts';
import { points } from './shapes.ts';

const pictures = 30;
const figure = (id: number) => ({ id, objectId: 7, geometryType: 'point', geometry: points('1,1') });
const find = async (annotation: { tags?: VideoTag[]; objectTags?: VideoTag[]; frames?: object[] }) => {
	const { tags = [], objectTags = [], frames = [] } = annotation;
	const objects = [{ id: 7, classTitle: 'car', tags: objectTags }];
	const json = JSON.stringify([{ size: { width: 64, height: 48 }, tags, objects, frames }]);
	// Only some frames are wanted; that matters for nothing here.
	const read = await readVideoAnnotation(new Blob([json]).stream(), index => index < 3, pictures);
	return findMisplaced(read, pictures);
};
const ofVideo = async (frameRange: [number, number], more: Partial<VideoTag> = {}) =>
	find({ tags: [{ name: 'mood', frameRange, ...more }] });

test('figures behind the last picture are named one by one, those on unwanted frames not', async () => {
	const frames = [0, 20, 29, 30, 45].map(index => ({ index, figures: [figure(index), figure(index + 100)] }));
	expect(await find({ frames: [...frames, { index: 50, figures: [] }, { index: 51, figures: [{}] }] })).toEqual({
		count: 5,
		named: [
			...[30, 130].map(id => ({
				message: `Figure ${id} (point, class "car") is on frame 30, and the video ends after 30 frames`,
				frame: 30,
			})),
			...[45, 145].map(id => ({
				message: `Figure ${id} (point, class "car") is on frame 45, and the video ends after 30 frames`,
				frame: 45,
			})),
			{ message: 'A malformed figure is on frame 51, and the video ends after 30 frames', frame: 51 },
		],
		notes: [],
	});
});

test.each<[string, [number, number], Partial<VideoTag>, RegExp]>([
	[
		'behind the last picture',
		[30, 31],
		{},
		/^Tag "mood" of the video has the frame range \[30, 31\], and the video ends/,
	],
	['reversed', [9, 3], {}, /^Tag "mood" of the video has the frame range \[9, 3\], and it ends before it begins$/],
	['before the first picture', [-4, -1], {}, /\[-4, -1\]/],
	['behind the last picture, unfinished', [40, 2], { isFinished: false }, /\[40, 2\], and the video ends after 30/],
])('a tag whose range is %s', async (_, range, more, message) => {
	expect(await ofVideo(range, more)).toMatchObject({ count: 1, named: [{ message: expect.stringMatching(message) }] });
});

test.each<[string, [number, number], Partial<VideoTag>]>([
	['on the last picture', [29, 29], {}],
	['on all', [0, 29], {}],
	['unfinished, and so holds where it begins', [9, 3], { isFinished: false }],
])('a tag %s is none', async (_, range, more) => {
	expect(await ofVideo(range, more)).toEqual({ count: 0, named: [], notes: [] });
});

test('a tag that reaches beyond the last picture is carried over up to it, and a note says so', async () => {
	expect(await ofVideo([10, 30])).toEqual({
		...{ count: 0, named: [] },
		notes: [
			'Tag "mood" of the video has the frame range [10, 30], and the video ends after 30 frames: it is applied up to the last frame',
		],
	});
	const both = await find({
		tags: [{ name: 'mood', frameRange: [10, 30] }],
		objectTags: [{ name: 'speed', frameRange: [0, 99] }],
	});
	expect(both.notes).toEqual([
		expect.stringMatching(/is applied up to the last frame \(1 more tags reach beyond the end\)$/),
	]);
});

test('tags of objects are told with their object', async () => {
	expect((await find({ objectTags: [{ name: 'speed', frameRange: [5, 2] }] })).named).toEqual([
		{ message: 'Tag "speed" of object 7 (class "car") has the frame range [5, 2], and it ends before it begins' },
	]);
});

test('of many the first hundred are named, and all are counted', async () => {
	const frames = Array.from({ length: 90 }, (_, at) => ({ index: 40 + at, figures: [figure(at)] }));
	const tags = Array.from({ length: 50 }, (): VideoTag => ({ name: 'mood', frameRange: [2, 1] }));
	const { count, named } = await find({ frames, tags });
	expect(count).toBe(140);
	expect(named).toHaveLength(100);
	expect(named.filter(({ frame }) => frame !== undefined)).toHaveLength(90);
	const more = await find({
		frames: [{ index: 30, figures: Array.from({ length: 5000 }, (_, at) => figure(at)) }],
		tags,
	});
	expect(more.count).toBe(5050);
	expect(more.named).toHaveLength(100);
});
