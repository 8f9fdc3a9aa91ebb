import { closeSync, existsSync, ftruncateSync, openSync, readSync, renameSync, writeSync } from 'node:fs';
import * as z from 'zod';
import type { Put } from './records.ts';

/** One journal line: changes that happen together, and the first id that is still free after them. */
export type Entry = { next: number; put: Put[] };

const chunkBytes = 16 * 1024 * 1024;

const entrySchema = z.object({
	next: z.number().int().positive(),
	put: z.array(
		z.tuple([
			z.enum(['project', 'dataset', 'blob', 'image', 'removedImage', 'video', 'imageAnnotation', 'videoAnnotation']),
			z.looseObject({}),
		]),
	),
});

/**
 * Reads a journal, entry by entry. A last line without a newline is left out: the process was killed while writing it,
 * before it answered the client.
 * @throws Error naming the line when a complete line is damaged.
 */
export function* readJournal(file: string): Generator<Entry> {
	if (!existsSync(file)) return;
	const descriptor = openSync(file, 'r');
	try {
		const chunk = Buffer.alloc(chunkBytes);
		let line = 1;
		let rest: Buffer[] = [];
		for (let length = readSync(descriptor, chunk); length > 0; length = readSync(descriptor, chunk)) {
			let start = 0;
			for (let end = chunk.indexOf(10); end !== -1 && end < length; end = chunk.indexOf(10, start)) {
				rest.push(chunk.subarray(start, end));
				yield parseEntry(Buffer.concat(rest).toString('utf8'), `${file}:${line++}`);
				rest = [];
				start = end + 1;
			}
			rest.push(Buffer.from(chunk.subarray(start, length)));
		}
	} finally {
		closeSync(descriptor);
	}
}

function parseEntry(line: string, where: string): Entry {
	try {
		return entrySchema.parse(JSON.parse(line)) as unknown as Entry;
	} catch (error) {
		throw new Error(`${where}: damaged journal line`, { cause: error });
	}
}

/** A journal file that is open for appending. */
export class Journal {
	readonly #descriptor: number;
	#length = 0;
	#closed = false;

	/** Replaces the journal by `entries` atomically: readers see the old or the new file. */
	constructor(file: string, entries: Iterable<Entry>) {
		const temporary = `${file}.new`;
		this.#descriptor = openSync(temporary, 'w');
		for (const entry of entries) this.append(entry);
		renameSync(temporary, file);
	}

	/** Writes one line and returns when the operating system has it, so that it survives a crash of this process. */
	append(entry: Entry): void {
		if (this.#closed) throw new Error('The journal is closed');
		const line = Buffer.from(`${JSON.stringify(entry)}\n`);
		let written = 0;
		try {
			while (written < line.length) {
				written += writeSync(this.#descriptor, line, written, line.length - written, this.#length + written);
			}
		} catch (error) {
			// Half a line in the middle would damage everything after it.
			ftruncateSync(this.#descriptor, this.#length);
			throw error;
		}
		this.#length += line.length;
	}

	close(): void {
		if (!this.#closed) closeSync(this.#descriptor);
		this.#closed = true;
	}
}
