import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { checkWrite, type WriteConditions } from './conditions.ts';
import { S3Error } from './errors.ts';
import { KeyIndex } from './key-index.ts';
import {
	type DraftFile,
	type ObjectFacts,
	type OpenObject,
	openObject,
	readFacts,
	writeAtomically,
} from './object-file.ts';

/** What a listing says of an object. */
export type Listed = {
	readonly etag: string;
	/** Epoch milliseconds. */
	readonly modified: number;
	/** Bytes. */
	readonly size: number;
};

const always: WriteConditions = { ifAbsent: false };
const manifest = 'bucket.json';
const shards = Array.from({ length: 256 }, (_, i) => i.toString(16).padStart(2, '0'));

/**
 * The objects of one bucket in a folder. An object's file is named by a hash of its key, so that no key can be a path;
 * the index of all keys is kept in memory and read from the files at the start.
 */
export class Bucket {
	readonly name: string;
	/** Epoch milliseconds. */
	readonly created: number;
	readonly index = new KeyIndex<Listed>();
	readonly #folder: string;

	private constructor(folder: string, name: string, created: number) {
		this.#folder = folder;
		this.name = name;
		this.created = created;
	}

	/** Makes an empty bucket; its manifest is written last, so that one whose creation was interrupted does not exist. */
	static create(folder: string, name: string): Bucket {
		for (const shard of shards) mkdirSync(join(folder, shard), { recursive: true });
		const created = Date.now();
		writeAtomically(join(folder, manifest), JSON.stringify({ name, created }));
		return new Bucket(folder, name, created);
	}

	/** Opens the bucket in a folder with all its objects; undefined when the folder holds no bucket. */
	static open(folder: string): Bucket | undefined {
		if (!existsSync(join(folder, manifest))) return undefined;
		const { name, created } = JSON.parse(readFileSync(join(folder, manifest), 'utf8')) as {
			name: string;
			created: number;
		};
		const bucket = new Bucket(folder, name, created);
		for (const shard of shards)
			for (const file of readdirSync(join(folder, shard))) {
				const facts = readFacts(join(folder, shard, file));
				if (facts) bucket.index.set(facts.key, listed(facts));
			}
		return bucket;
	}

	/**
	 * Puts a sealed draft in the place of its key. The conditions are checked and the file renamed in one turn of the
	 * event loop, so nothing comes between the two and one writer of many wins.
	 *
	 * @throws S3Error when the conditions are not met; the draft is then still there.
	 */
	commit(draft: DraftFile, facts: ObjectFacts, conditions: WriteConditions = always): void {
		checkWrite(this.index.get(facts.key)?.etag, conditions);
		renameSync(draft.path, this.#path(facts.key));
		this.index.set(facts.key, listed(facts));
	}

	/** Removes an object, if it is there. */
	remove(key: string): void {
		if (!this.index.get(key)) return;
		unlinkSync(this.#path(key));
		this.index.delete(key);
	}

	/** Opens an object for reading; the caller closes its handle. @throws S3Error `NoSuchKey` */
	async read(key: string): Promise<OpenObject> {
		const object = this.index.get(key) && (await openObject(this.#path(key)));
		if (!object) throw new S3Error('NoSuchKey', 'The specified key does not exist.', { Key: key });
		return object;
	}

	#path(key: string): string {
		const hash = createHash('sha256').update(key).digest('hex');
		return join(this.#folder, hash.slice(0, 2), hash);
	}
}

function listed({ size, etag, modified }: ObjectFacts): Listed {
	return { size, etag, modified };
}
