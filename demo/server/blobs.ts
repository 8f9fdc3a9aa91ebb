import { createHash, randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream, mkdirSync, rmSync } from 'node:fs';
import { copyFile, link, mkdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/** Files kept under the hash of their content: the base64 SHA-256 that Supervisely uses, in hex on disk. */
export class BlobFolder {
	readonly #folder: string;

	/** Opens the folder, and throws away what a killed server left half received. */
	constructor(folder: string) {
		this.#folder = folder;
		rmSync(join(folder, 'incoming'), { recursive: true, force: true });
		mkdirSync(join(folder, 'incoming'), { recursive: true });
	}

	/** Where the content with that hash lies, whether it is there or not. */
	path(hash: string): string {
		const hex = Buffer.from(hash, 'base64').toString('hex');
		return join(this.#folder, hex.slice(0, 2), hex);
	}

	/** Streams content to disk while hashing it. When this resolves the file is whole and in its place. */
	async add(content: Readable): Promise<{ hash: string; size: number }> {
		const temporary = this.#temporary();
		const sha256 = createHash('sha256');
		let size = 0;
		try {
			await pipeline(
				content,
				async function* (chunks: AsyncIterable<Buffer>) {
					for await (const chunk of chunks) {
						sha256.update(chunk);
						size += chunk.length;
						yield chunk;
					}
				},
				createWriteStream(temporary, { flags: 'wx' }),
			);
			const hash = sha256.digest('base64');
			await this.#place(temporary, hash);
			return { hash, size };
		} finally {
			await rm(temporary, { force: true });
		}
	}

	/** Takes a file in by a hard link, or by a copy where links are not possible. The original stays. */
	async adopt(file: string): Promise<{ hash: string; size: number }> {
		const sha256 = createHash('sha256');
		await pipeline(createReadStream(file, { highWaterMark: 1 << 20 }), sha256);
		const hash = sha256.digest('base64');
		const temporary = this.#temporary();
		try {
			await linkOrCopy(file, temporary);
			await this.#place(temporary, hash);
		} finally {
			await rm(temporary, { force: true });
		}
		return { hash, size: (await stat(file)).size };
	}

	#temporary(): string {
		return join(this.#folder, 'incoming', randomUUID());
	}

	async #place(temporary: string, hash: string): Promise<void> {
		const place = this.path(hash);
		await mkdir(dirname(place), { recursive: true });
		await rename(temporary, place);
	}
}

/** Makes `to` the same file as `from`, or a copy of it where the file system cannot link. */
export async function linkOrCopy(from: string, to: string): Promise<void> {
	try {
		await link(from, to);
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw error;
		await copyFile(from, to);
	}
}
