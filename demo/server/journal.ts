import { closeSync, ftruncateSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { z } from 'zod';
import type { Put } from './records.ts';

/** One journal line: changes that happen together, and the first id that is still free after them. */
export type Entry = { next: number; put: Put[] };

const entrySchema = z.object({
	next: z.number().int().positive(),
	put: z.array(
		z.tuple([
			z.enum(['project', 'dataset', 'blob', 'image', 'video', 'imageAnnotation', 'videoAnnotation']),
			z.looseObject({}),
		]),
	),
});

/**
 * Reads a journal. A last line without its newline is what a killed process leaves and is left out: the client never had an answer for it.
 * @returns the entries, and the length in bytes of the complete lines.
 * @throws Error naming the line when a complete line is damaged.
 */
export function readJournal(file: string): { entries: Entry[]; bytes: number } {
	let content: Buffer;
	try {
		content = readFileSync(file);
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { entries: [], bytes: 0 };
		throw error;
	}
	const entries: Entry[] = [];
	let start = 0;
	for (let end = content.indexOf(10); end !== -1; end = content.indexOf(10, start)) {
		entries.push(parseEntry(content.toString('utf8', start, end), `${file}:${entries.length + 1}`));
		start = end + 1;
	}
	return { entries, bytes: start };
}

function parseEntry(line: string, where: string): Entry {
	try {
		return entrySchema.parse(JSON.parse(line)) as unknown as Entry;
	} catch (error) {
		throw new Error(`${where}: damaged journal line`, { cause: error });
	}
}

/** Replaces the journal by `entries`, at once: a reader sees the old file or the new one. */
export function rewriteJournal(file: string, entries: Iterable<Entry>): void {
	const temporary = `${file}.new`;
	const descriptor = openSync(temporary, 'w');
	for (const entry of entries) writeWhole(descriptor, lineOf(entry));
	closeSync(descriptor);
	renameSync(temporary, file);
}

/** The end of a journal file, open for appending. */
export class JournalWriter {
	readonly #descriptor: number;
	#length: number;

	/** @param length bytes of complete lines; what stands behind them is cut off. */
	constructor(file: string, length: number) {
		this.#descriptor = openSync(file, 'a');
		ftruncateSync(this.#descriptor, length);
		this.#length = length;
	}

	/** Writes one line and returns when the operating system has it: from there on it survives the death of this process. */
	append(entry: Entry): void {
		const line = lineOf(entry);
		try {
			writeWhole(this.#descriptor, line);
			this.#length += line.length;
		} catch (error) {
			// Half a line in the middle would damage everything after it.
			ftruncateSync(this.#descriptor, this.#length);
			throw error;
		}
	}

	close(): void {
		closeSync(this.#descriptor);
	}
}

const lineOf = (entry: Entry): Buffer => Buffer.from(`${JSON.stringify(entry)}\n`);

function writeWhole(descriptor: number, bytes: Buffer): void {
	let written = 0;
	while (written < bytes.length) written += writeSync(descriptor, bytes, written);
}
