import { createWriteStream, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { FileStore } from '#shared/aws/file-store.ts';
import { openFile } from '#shared/video/source/file-source.ts';

/** Copies of video files without byte ranges, in a temporary folder that `remove` deletes. */
export function makeTemporaryFiles(): FileStore & { remove(): void } {
	const folder = mkdtempSync(join(tmpdir(), 'framefan-'));
	const files = new Map<string, string>();
	return {
		size: async key => {
			const path = files.get(key);
			return path === undefined ? undefined : statSync(path).size;
		},
		copy: async (key, bytes, signal) => {
			const path = join(folder, String(files.size));
			await pipeline(Readable.from(bytes), createWriteStream(path), { signal });
			files.set(key, path);
		},
		open: key => openFile(files.get(key) ?? join(folder, 'none')),
		remove: () => rmSync(folder, { recursive: true, force: true }),
	};
}
