import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { ByteSource } from './byte-source.ts';
import { openFile } from './file-source.ts';
import { type HttpSourceOptions, NoRanges, openHttp, streamWhole } from './http-source.ts';

/**
 * Opens a file at a URL, for interactive use on one machine. Without byte ranges, it is copied to the temporary folder;
 * `close` removes the copy.
 */
export async function openInParts(
	file: HttpSourceOptions,
	signal: AbortSignal,
): Promise<ByteSource & { close(): Promise<void> }> {
	const where = { ...file, quick: true };
	try {
		return { ...(await openHttp(where)), close: async () => {} };
	} catch (error) {
		if (!(error instanceof NoRanges)) throw error;
	}
	const folder = await mkdtemp(join(tmpdir(), 'framefan-copy-'));
	const remove = () => rm(folder, { recursive: true, force: true });
	try {
		const path = join(folder, 'file');
		await pipeline(streamWhole(where, signal), createWriteStream(path, { mode: 0o600 }));
		const copy = await openFile(path);
		return {
			...copy,
			close: async () => {
				await copy.close();
				await remove();
			},
		};
	} catch (error) {
		await remove();
		throw error;
	}
}
