import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { buildPictures } from '../../../functions/shared/video/picture/png/build.ts';

test('what is committed is what the sources make', { timeout: 180_000 }, async () => {
	const folder = join(import.meta.dirname, '../../../functions/shared/video/picture/png/built');
	for (const [name, content] of Object.entries(await buildPictures())) {
		expect(content.equals(await readFile(join(folder, name))), `${name}: npm run wasm`).toBe(true);
	}
});
