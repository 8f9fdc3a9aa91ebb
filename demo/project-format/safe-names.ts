const longest = 200;

/** Makes names safe for files and folders, and different for different ids. */
export class SafeNames {
	readonly #taken = new Set<string>();

	/** @param reserved names that must not be given out. */
	constructor(reserved: string[] = []) {
		for (const name of reserved) this.#taken.add(sameOnDisk(name));
	}

	/**
	 * The name itself, where that is safe and free; otherwise one made from it and `id`.
	 * Deterministic for the same order of calls.
	 */
	give(name: string, id: number): string {
		const safe = safeName(name);
		const given = safe === name && !this.#taken.has(sameOnDisk(safe)) ? safe : withId(safe, id);
		this.#taken.add(sameOnDisk(given));
		return given;
	}
}

/** A name without separators, control characters or a leading dot, which would hide a file or refer to a folder. */
function safeName(name: string): string {
	const plain = name.replaceAll(/[/\\\p{Cc}]/gu, '_').replace(/^\./, '_');
	return shorten(plain === '' ? '_' : plain, longest);
}

function withId(name: string, id: number): string {
	const extension = /\.[A-Za-z0-9]{1,8}$/.exec(name)?.[0] ?? '';
	return `${name.slice(0, name.length - extension.length)}_${id}${extension}`;
}

/** Shortens a name to a number of bytes in UTF-8; its beginning and its extension are kept. */
function shorten(name: string, bytes: number): string {
	if (Buffer.byteLength(name) <= bytes) return name;
	const letters = [...name];
	const tail = letters.slice(-20).join('');
	let head = letters.slice(0, -20);
	while (Buffer.byteLength(head.join('')) + Buffer.byteLength(tail) > bytes) head = head.slice(0, -1);
	return head.join('') + tail;
}

/** Some file systems treat names that differ only in case or Unicode normalization as the same. */
const sameOnDisk = (name: string): string => name.normalize('NFC').toLowerCase();
