import { describe, expect, test } from 'vitest';
import { formatOfName, imageName } from '#shared/sampling/image-name.ts';
import { settingsOfLabels } from '#shared/sampling/label-fingerprint.ts';
import { settingsSchema } from '#shared/sampling/settings.ts';
import { type ImageOptions, wrongImageOption } from '#shared/video/picture/image-format.ts';

const settings = (more: object = {}) => settingsSchema.parse(more);

describe('names', () => {
	test.each([
		['clip.mp4', 7, 12, 'png', 'clip.mp4_frame_07.png'],
		['clip.mp4', 7, 100, 'jpg', 'clip.mp4_frame_007.jpg'],
		['a b', 0, 9, 'webp', 'a b_frame_0.webp'],
	] as const)('%s %i of %i as %s', (video, index, count, format, expected) => {
		expect(imageName(video, index, count, format)).toBe(expected);
		expect(formatOfName(expected)).toBe(format);
	});
	test.each(['clip.mp4', 'photo.png', 'a_frame_1.tiff', 'a_frame_.png', 'a_frame_1.png.jpeg'])(
		'%s is none that a sampling gives',
		name => expect(formatOfName(name)).toBeUndefined(),
	);
});

describe('settings that are refused', () => {
	test.each([
		[{ step: 0 }, 'step'],
		[{ start: -1 }, 'start'],
		[{ start: 5, end: 5 }, 'end'],
		[{ resize: [0, 10] }, 'resize'],
		[{ resize: [10, 20_000] }, 'resize'],
		[{ step: 1.5 }, 'step'],
		[{ speed: 2 }, 'speed'],
		[{ annotatedByTags: true }, 'annotatedByTags'],
	])('%j', (wrong, path) => {
		const result = settingsSchema.safeParse(wrong);
		expect(result.success).toBe(false);
		expect(JSON.stringify(result.error?.issues)).toContain(`"${path}"`);
	});
});

test('the quality of frames, given as that of images, is told its name', () => {
	const issues = settingsSchema.safeParse({ quality: { minSharpness: 50 } }).error?.issues ?? [];
	expect(issues.map(({ path, message }) => [path, message])).toEqual([
		[
			['quality'],
			'quality is {"minSharpness":50}: it must be the quality of image files, a whole number from 1 to 100; for rules on the quality of frames use frameQuality',
		],
	]);
});

describe('formats', () => {
	test('settings of before there were formats are PNG', () =>
		expect(settings({ step: 2 })).toMatchObject({
			...{ step: 2, format: 'png', quality: null, chroma: null, optimiseCoding: false },
		}));
	test('labels are not looked at again for how images are encoded', () => {
		const before =
			'{"start":0,"end":null,"step":2,"annotated":false,"annotatedByTags":false,"resize":null,"copyAnnotations":true}';
		for (const image of [{}, { replace: true }, { format: 'jpg', quality: 50, chroma: 420, optimiseCoding: true }])
			expect(JSON.stringify(settingsOfLabels(settings({ step: 2, ...image })))).toBe(before);
	});
	test('they are looked at again for another split', () => {
		const of = (seed: number) => settingsOfLabels(settings({ split: { train: 0.9, val: 0.1, seed } }));
		expect(of(1)).not.toEqual(of(2));
	});
	test.each([
		[{ format: 'png', quality: null, chroma: null, optimiseCoding: false }],
		[{ format: 'jpg', quality: 1, chroma: 420, optimiseCoding: true }],
		[{ format: 'webp', quality: 100, resize: [16_383, null] }],
	])('%j', given => expect(settings(given)).toMatchObject(given));

	test.each([
		[{ format: 'jpeg' }, 'format', 'format is "jpeg": it must be png, jpg or webp'],
		[{ format: 'jpg', quality: 0 }, 'quality', 'quality is 0: it must be a whole number from 1 to 100'],
		[{ format: 'webp', quality: 101 }, 'quality', 'quality is 101: it must be a whole number from 1 to 100'],
		[{ format: 'jpg', quality: 9.5 }, 'quality', 'quality is 9.5: it must be a whole number from 1 to 100'],
		[{ format: 'jpg', quality: '90' }, 'quality', 'quality is "90": it must be a whole number from 1 to 100'],
		[
			{ quality: 90 },
			'quality',
			'quality is 90 and format is png: PNG is lossless, so leave it out or choose jpg or webp',
		],
		[{ format: 'jpg', chroma: 422 }, 'chroma', 'chroma is 422: it must be 444 or 420'],
		[{ format: 'jpg', chroma: '420' }, 'chroma', 'chroma is "420": it must be 444 or 420'],
		[
			{ format: 'webp', chroma: 420 },
			'chroma',
			'chroma is 420 and format is webp: WebP always has 420, so leave it out or choose jpg',
		],
		[
			{ chroma: 444 },
			'chroma',
			'chroma is 444 and format is png: PNG keeps the colour of every pixel, so leave it out or choose jpg',
		],
		[
			{ format: 'webp', optimiseCoding: true },
			'optimiseCoding',
			'optimiseCoding is true and format is webp: only JPEG is coded so, so leave it out or choose jpg',
		],
		[{ format: 'jpg', optimiseCoding: 'yes' }, 'optimiseCoding', 'optimiseCoding is "yes": it must be true or false'],
		[
			{ format: 'webp', resize: [16_384, null] },
			'resize',
			'resize has a side of 16384 and format is webp: WebP allows at most 16383 pixels per side, so make it smaller or choose png or jpg',
		],
	])('%j is refused', (wrong, path, message) => {
		const issues = settingsSchema.safeParse(wrong).error?.issues ?? [];
		expect(issues.map(issue => [issue.path.join(), issue.message])).toEqual([[path, message]]);
		if (path === 'resize') return;
		// The same sentence where there is no schema.
		const options = { format: 'png', ...wrong } as ImageOptions;
		expect(wrongImageOption(options)).toEqual({ option: path, message });
	});
});
