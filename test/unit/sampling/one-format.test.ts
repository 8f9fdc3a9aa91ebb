import { expect, test } from 'vitest';
import { makeMemoryStore } from '#library/memory-store.ts';
import { PermanentError } from '#shared/errors.ts';
import { settingsSchema } from '#shared/sampling/settings.ts';
import type { Image, SuperviselyApi } from '#shared/supervisely/remote/api.ts';
import type { ImageFormat } from '#shared/video/picture/image-format.ts';
import { keepOneFormat } from '../../../functions/fan-out/one-format.ts';
import type { FanOutPorts } from '../../../functions/fan-out/ports.ts';

/** Asks whether a project with these custom data and images takes a format: the refusal, and what was written. */
const ask = async (
	customData: Record<string, unknown> | null,
	images: (string | Image)[] | Error,
	format: ImageFormat,
	setProjectData: (data: unknown) => void = () => {},
) => {
	const written: Record<string, unknown>[] = [];
	const project = { id: 7, name: 'mine', workspaceId: 1, type: 'images', customData };
	const supervisely: Partial<SuperviselyApi> = {
		project: async () => project,
		oldestImages: async () => {
			if (images instanceof Error) throw images;
			return images.map(each => (typeof each === 'string' ? { id: 1, name: each, meta: { is_sample: true } } : each));
		},
		setProjectData: async (_, data) => {
			setProjectData(data);
			written.push(data);
			return undefined;
		},
	};
	const ports = { store: makeMemoryStore(), supervisely: supervisely as SuperviselyApi, leaseMs: 1000 } as FanOutPorts;
	const settings = settingsSchema.parse({ format });
	const refusal = await keepOneFormat(ports, project, { sampling: 's', settings }).then(
		() => undefined,
		error => String(error.message),
	);
	return { refusal, written };
};
const recorded = (format: string | undefined, state = 'completed') => ({
	framefan: { sampling: 'a', state, settings: { step: 1, ...(format ? { format } : {}) } },
});
const [pngs, jpgs] = [['a_frame_0.png'], ['a_frame_0.jpg']];

test.each([
	['PNG', 'by the settings of its last sampling', recorded('png'), pngs, 'jpg', 'JPEG'],
	['PNG', 'by settings of before there were formats', recorded(undefined), pngs, 'webp', 'WebP'],
	[
		'PNG',
		'by a sampling of then that has just begun',
		{ framefan: { sampling: 'a', state: 'running' } },
		[],
		'jpg',
		'JPEG',
	],
	['JPEG', 'by a sampling that is going', recorded('jpg', 'running'), [], 'png', 'PNG'],
	['JPEG', 'by the settings of its last sampling', recorded('jpg'), jpgs, 'png', 'PNG'],
	['PNG', "by the SDK's sampler", { is_sample: true }, [{ id: 1, name: 'photo.jpg' }], 'jpg', 'JPEG'],
	['WebP', 'by its images', {}, [{ id: 1, name: 'photo.jpg' }, 'a_frame_0.webp'], 'jpg', 'JPEG'],
	[
		'PNG',
		'by what is recorded of a project that can not be looked through',
		recorded('png'),
		new PermanentError('refused', 'no'),
		'jpg',
		'JPEG',
	],
] as const)('a project that is %s %s', async (begun, _, customData, images, format, wanted) => {
	const { refusal, written } = await ask(customData, images as string[], format);
	const ending = { PNG: 'png', JPEG: 'jpg', WebP: 'webp' }[begun];
	expect(refusal).toBe(
		`Project 7 ("mine", the destination) already has ${begun} images and these settings ask for ${wanted}: use format ${ending}, or sample into another project`,
	);
	expect(written).toEqual([]);
});

test.each([
	[
		'with images of nobody',
		null,
		[
			{ id: 1, name: 'a_frame_0.png' },
			{ id: 2, name: 'b.png', meta: { is_sample: true } },
		],
	],
	['with images of ours', { team: 1 }, jpgs],
	['that has lost all its images', { team: 1, ...recorded('png') }, []],
	['that can not be looked through', {}, new PermanentError('refused', 'no')],
])('a project %s becomes one of JPEGs', async (_, customData, images) => {
	const { refusal, written } = await ask(customData, images as string[], 'jpg');
	expect(refusal).toBeUndefined();
	expect(written).toMatchObject([{ ...(customData && 'team' in customData ? { team: 1 } : {}) }]);
	expect(written).toMatchObject([{ framefan: { sampling: 's', state: 'running', settings: { format: 'jpg' } } }]);
});

test('where the same format is recorded nothing is asked or written', async () => {
	const images = new Error('not to be asked');
	expect(await ask(recorded('jpg', 'running'), images, 'jpg')).toEqual({ refusal: undefined, written: [] });
	expect(await ask(recorded(undefined), images, 'png')).toEqual({ refusal: undefined, written: [] });
});

test('a destination that refuses its custom data is sampled into all the same', async () => {
	const refuse = () => {
		throw new PermanentError('refused', 'no');
	};
	expect(await ask({}, [], 'jpg', refuse)).toEqual({ refusal: undefined, written: [] });
});
