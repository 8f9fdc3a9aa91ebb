import {
	appendFileSync,
	closeSync,
	existsSync,
	fstatSync,
	ftruncateSync,
	openSync,
	readFileSync,
	renameSync,
	rmSync,
	truncateSync,
	writeFileSync,
} from 'node:fs';

const lineEnd = 0x0a;
const linesPerWrite = 10_000;

/**
 * An append-only file of JSON lines. What was appended is with the operating system when `append` returns, so it
 * survives a SIGKILL of this process.
 */
export class Journal<Entry> {
	readonly #path: string;
	#file: number;
	#lines = 0;

	private constructor(path: string) {
		this.#path = path;
		this.#file = openSync(path, 'a');
	}

	/**
	 * Opens a journal, making it when there is none, and hands its entries to `replay` in order. A last line that a
	 * killed process did not finish is cut off: it was never acknowledged.
	 */
	static open<Entry>(path: string, replay: (entry: Entry) => void): Journal<Entry> {
		const content = existsSync(path) ? readFileSync(path) : Buffer.of();
		const end = content.lastIndexOf(lineEnd) + 1;
		if (end < content.length) truncateSync(path, end);
		const journal = new Journal<Entry>(path);
		for (let start = 0; start < end; journal.#lines++) {
			const next = content.indexOf(lineEnd, start);
			replay(JSON.parse(content.toString('utf8', start, next)) as Entry);
			start = next + 1;
		}
		return journal;
	}

	/** Number of lines in the file. */
	get lines(): number {
		return this.#lines;
	}

	/** @throws when the disk is full; the journal is then as it was. */
	append(entries: readonly Entry[]): void {
		const { size } = fstatSync(this.#file);
		try {
			appendFileSync(this.#file, linesOf(entries));
		} catch (error) {
			ftruncateSync(this.#file, size);
			throw error;
		}
		this.#lines += entries.length;
	}

	/** Atomically replaces the journal with a compacted one. */
	rewrite(entries: Iterable<Entry>): void {
		const draft = `${this.#path}.draft`;
		rmSync(draft, { force: true });
		const file = openSync(draft, 'a');
		let lines = 0;
		let batch: Entry[] = [];
		for (const entry of entries) {
			batch.push(entry);
			lines++;
			if (batch.length === linesPerWrite) {
				writeFileSync(file, linesOf(batch));
				batch = [];
			}
		}
		writeFileSync(file, linesOf(batch));
		renameSync(draft, this.#path);
		closeSync(this.#file);
		this.#file = file;
		this.#lines = lines;
	}

	close(): void {
		closeSync(this.#file);
	}
}

function linesOf(entries: readonly unknown[]): string {
	return entries.map(entry => `${JSON.stringify(entry)}\n`).join('');
}
