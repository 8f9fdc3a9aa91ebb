import { createHash, randomUUID } from 'node:crypto';
import { createReadStream, mkdirSync, rmSync } from 'node:fs';
import { copyFile, link, mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

const blockBytes = 1 << 20;

/** Files kept under the hash of their content: the base64 SHA-256 that Supervisely uses, in hex on disk. */
export class BlobFolder {
	readonly #folder: string;

	/** Opens the folder, and removes incomplete files that a killed server has left. */
	constructor(folder: string) {
		this.#folder = folder;
		rmSync(join(folder, 'incoming'), { recursive: true, force: true });
		mkdirSync(join(folder, 'incoming'), { recursive: true });
	}

	/** Path of the content with a hash, whether it exists or not. */
	path(hash: string): string {
		const hex = Buffer.from(hash, 'base64').toString('hex');
		return join(this.#folder, hex.slice(0, 2), hex);
	}

	/** Streams content to disk while hashing it. When this resolves, the file is complete and in its place. */
	async add(content: Readable): Promise<{ hash: string; size: number }> {
		const temporary = this.#temporary();
		const sha256 = createHash('sha256');
		let size = 0;
		try {
			const file = await open(temporary, 'wx');
			try {
				for await (const block of inBlocks(content)) {
					sha256.update(block);
					size += block.length;
					await file.appendFile(block);
				}
			} finally {
				await file.close();
			}
			const hash = sha256.digest('base64');
			await this.#place(temporary, hash);
			return { hash, size };
		} catch (error) {
			await rm(temporary, { force: true });
			throw error;
		}
	}

	/** Adds a file by a hard link, or by a copy where links are not possible. The original stays. */
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

/** Joins small pieces, such as from a socket, into blocks, so that they are written in few calls. */
async function* inBlocks(content: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
	let pieces: Buffer[] = [];
	let length = 0;
	for await (const piece of content) {
		pieces.push(piece);
		length += piece.length;
		if (length >= blockBytes) {
			yield Buffer.concat(pieces);
			pieces = [];
			length = 0;
		}
	}
	if (length > 0) yield Buffer.concat(pieces);
}

/** Makes `to` a hard link to `from`, or a copy where links are not possible. @throws Error when `to` exists */
export async function linkOrCopy(from: string, to: string): Promise<void> {
	try {
		await link(from, to);
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw error;
		await copyFile(from, to);
	}
}
