import { randomUUID } from 'node:crypto';
import { closeSync, fstatSync, openSync, readSync, renameSync, writeFileSync } from 'node:fs';
import { type FileHandle, open, rm } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * What is known of an object beside its bytes. One file holds both, the bytes first and the facts after them, so that
 * one rename replaces both at once.
 */
export type ObjectFacts = {
	readonly key: string;
	/** Bytes. */
	readonly size: number;
	/** Without quotes. */
	readonly etag: string;
	/** Epoch milliseconds. */
	readonly modified: number;
	/** Headers to give back: the content type. */
	readonly headers: Readonly<Record<string, string>>;
	/** Base64; present when the writer gave one. */
	readonly crc32?: string;
};

/** An object file open for reading; what it reads stays the same when the object is replaced meanwhile. */
export type OpenObject = {
	readonly facts: ObjectFacts;
	readonly handle: FileHandle;
};

const magic = 'FFOBJ001';
const endingBytes = 4 + magic.length;
const usualTail = 4096;
const pieceBytes = 256 * 1024;

/** An object file that is being written and cannot be seen yet. */
export class DraftFile {
	readonly path: string;
	#handle: FileHandle | undefined;
	#pending: Buffer[] = [];
	#pendingBytes = 0;

	/** @param folder on the same file system as the place it will be renamed to. */
	constructor(folder: string) {
		this.path = join(folder, randomUUID());
	}

	async write(chunk: Buffer): Promise<void> {
		this.#pending.push(chunk);
		this.#pendingBytes += chunk.length;
		if (this.#pendingBytes >= pieceBytes) await this.#flush();
	}

	/** Adds the facts and closes the file, which is then ready to be renamed. */
	async seal(facts: ObjectFacts): Promise<void> {
		const json = Buffer.from(JSON.stringify(facts));
		const length = Buffer.alloc(4);
		length.writeUInt32BE(json.length);
		this.#pending.push(json, length, Buffer.from(magic));
		await this.#flush();
		await this.#handle?.close();
		this.#handle = undefined;
	}

	async discard(): Promise<void> {
		await this.#handle?.close();
		await rm(this.path, { force: true });
	}

	async #flush(): Promise<void> {
		this.#handle ??= await open(this.path, 'wx');
		await this.#handle.appendFile(Buffer.concat(this.#pending));
		this.#pending = [];
		this.#pendingBytes = 0;
	}
}

/** Opens an object file; undefined when there is none. The caller closes the handle. */
export async function openObject(path: string): Promise<OpenObject | undefined> {
	const handle = await open(path).catch(noEntry);
	if (!handle) return undefined;
	try {
		const { size } = await handle.stat();
		const read = async (length: number) => {
			const tail = Buffer.alloc(Math.min(length, size));
			await handle.read(tail, 0, tail.length, size - tail.length);
			return tail;
		};
		const tail = await read(usualTail);
		const needed = tailLength(tail);
		return { facts: parseFacts(needed > tail.length ? await read(needed) : tail), handle };
	} catch (error) {
		await handle.close();
		throw error;
	}
}

/** All bytes of an open object, piece by piece. */
export async function* readBytes({ facts, handle }: OpenObject): AsyncGenerator<Buffer> {
	for (let position = 0; position < facts.size; ) {
		const piece = Buffer.alloc(Math.min(pieceBytes, facts.size - position));
		const { bytesRead } = await handle.read(piece, 0, piece.length, position);
		if (bytesRead === 0) throw new Error(`An object file of ${facts.key} is shorter than its header says.`);
		position += bytesRead;
		yield piece.subarray(0, bytesRead);
	}
}

/** The facts of an object file, for the scan at the start; undefined when the file is not an object. */
export function readFacts(path: string): ObjectFacts | undefined {
	const file = openSync(path, 'r');
	try {
		const { size } = fstatSync(file);
		const read = (length: number) => {
			const tail = Buffer.alloc(Math.min(length, size));
			readSync(file, tail, 0, tail.length, size - tail.length);
			return tail;
		};
		const tail = read(usualTail);
		if (!tail.toString('latin1').endsWith(magic)) return undefined;
		const needed = tailLength(tail);
		return parseFacts(needed > tail.length ? read(needed) : tail);
	} finally {
		closeSync(file);
	}
}

function tailLength(tail: Buffer): number {
	return tail.readUInt32BE(tail.length - endingBytes) + endingBytes;
}

function parseFacts(tail: Buffer): ObjectFacts {
	const end = tail.length - endingBytes;
	return JSON.parse(tail.toString('utf8', tail.length - tailLength(tail), end)) as ObjectFacts;
}

function noEntry(error: NodeJS.ErrnoException): undefined {
	if (error.code !== 'ENOENT') throw error;
}

/** Writes a small file so that a process killed at any moment leaves the old content or the new, nothing between. */
export function writeAtomically(path: string, content: string): void {
	const draft = `${path}.draft`;
	writeFileSync(draft, content);
	renameSync(draft, path);
}
