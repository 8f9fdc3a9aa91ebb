import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { TransientError } from '#shared/errors.ts';
import type { Chunk, ChunkFrame } from '#shared/sampling/chunk.ts';
import { settingsSchema } from '#shared/sampling/settings.ts';
import type { SuperviselyApi } from '#shared/supervisely/remote/api.ts';
import { makeUploader } from '../../../functions/decode/upload-frames.ts';

const size = { width: 4, height: 4 };

/** An uploader, and the names of the images in the order in which they are added; bytes take the time that they say. */
const makeTest = (count: number) => {
	const frames = Array.from({ length: count }, (_, index): ChunkFrame => ({ index, pts: index, name: `${index}.png` }));
	const added: string[] = [];
	const supervisely = {
		knownHashes: async () => new Set(),
		uploadImages: async ([{ bytes }]: [{ bytes: Buffer }]) => {
			const ms = Number(bytes.toString().split(' ')[0]);
			if (ms < 0) throw new TransientError('the server is busy', null);
			await sleep(ms);
		},
		addImages: async (_: number, images: { name: string }[]) => {
			added.push(...images.map(({ name }) => name));
			return images.map((_, id) => ({ id }));
		},
	} as unknown as SuperviselyApi;
	const chunk = { frames, settings: settingsSchema.parse({}), labels: null, provenance: {}, video: { id: 1 } };
	const uploader = makeUploader(supervisely, chunk as unknown as Chunk, () => {});
	const upload = (index: number, ms: number) =>
		uploader.upload([
			{ frame: frames[index] as ChunkFrame, bytes: Buffer.from(`${ms} ${index}`), sizes: { from: size, to: size } },
		]);
	return { added, upload };
};

test('images are added in the order of their frames, however long their bytes take', async () => {
	const { added, upload } = makeTest(4);
	await Promise.all([upload(0, 120), upload(1, 60), upload(2, 0), upload(3, 30)]);
	expect(added).toEqual(['0.png', '1.png', '2.png', '3.png']);
});

test('an upload that fails stops none of those after it', async () => {
	const { added, upload } = makeTest(4);
	const outcomes = await Promise.allSettled([upload(0, 60), upload(1, -1), upload(2, 0), upload(3, 0)]);
	expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'fulfilled']);
	expect(added).toEqual(['0.png', '2.png', '3.png']);
});
