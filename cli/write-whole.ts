import { createWriteStream, renameSync, rmSync } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { FramefanError, messageOf } from '#shared/errors.ts';

/** Writes a file that appears only when it is complete. @throws FramefanError when it can't be written */
export async function writeWhole(file: string, pieces: AsyncIterable<string | Uint8Array>): Promise<void> {
	const partial = `${file}.partial`;
	try {
		await pipeline(Readable.from(pieces), createWriteStream(partial));
		renameSync(partial, file);
	} catch (error) {
		rmSync(partial, { force: true });
		if (error instanceof FramefanError) throw error;
		const { code } = error as { code?: string };
		const why = code === 'ENOENT' ? 'there is no such folder' : (code ?? messageOf(error));
		throw new FramefanError(`${file} can't be written (${why}): name another file with --out`);
	}
}
