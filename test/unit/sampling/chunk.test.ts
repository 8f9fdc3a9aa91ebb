import { expect, test } from 'vitest';
import { chunkKey, chunkSchema, readChunk } from '#shared/sampling/chunk.ts';
import { imageSettingsOf, settingsSchema } from '#shared/sampling/settings.ts';
import { makeMemoryStore } from '../../../library/memory-store.ts';

const chunk = (pts: number) =>
	chunkSchema.parse({
		...{ schema: 1, id: 'a', video: { id: 2, name: 'v.mp4' }, dataset: 3, provenance: {} },
		settings: imageSettingsOf(settingsSchema.parse({ resize: [90, null], step: 5, format: 'jpg' })),
		frames: [{ index: 0, pts, name: 'f0' }],
		...{ decodePlan: null, copy: null, labels: null },
	});

test('each attempt reads a chunk as it has written it, or else as the last attempt before it', async () => {
	const store = makeMemoryStore();
	const at = (attempt: number) => ({ sampling: 's', attempt });
	const read = async (attempt: number) => (await readChunk(store, at(attempt), 'a'))?.frames[0]?.pts;
	await store.create(chunkKey(at(1), 'a'), chunk(1));
	await store.create(chunkKey(at(3), 'a'), chunk(3));
	expect(await Promise.all([1, 2, 3, 4].map(read))).toEqual([1, 1, 3, 3]);
	expect(await readChunk(store, at(2), 'b')).toBeUndefined();
});
