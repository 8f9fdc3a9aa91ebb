import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Bucket } from './bucket.ts';
import { S3Error } from './errors.ts';
import { DraftFile } from './object-file.ts';
import { Uploads } from './uploads.ts';

/** Everything a local S3 keeps, in one folder that survives the process. */
export class Store {
	readonly uploads: Uploads;
	readonly #buckets = new Map<string, Bucket>();
	readonly #bucketsFolder: string;
	readonly #draftsFolder: string;

	/** Opens the folder, making it when there is none; drafts that a killed process left behind are thrown away. */
	constructor(dataDir: string) {
		this.#bucketsFolder = join(dataDir, 'buckets');
		this.#draftsFolder = join(dataDir, 'drafts');
		rmSync(this.#draftsFolder, { recursive: true, force: true });
		for (const folder of [this.#bucketsFolder, this.#draftsFolder]) mkdirSync(folder, { recursive: true });
		for (const name of readdirSync(this.#bucketsFolder)) {
			const bucket = Bucket.open(join(this.#bucketsFolder, name));
			if (bucket) this.#buckets.set(name, bucket);
		}
		this.uploads = new Uploads(join(dataDir, 'uploads'));
	}

	/** All buckets by name. */
	buckets(): Bucket[] {
		return [...this.#buckets.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
	}

	/** @throws S3Error `NoSuchBucket` */
	bucket(name: string): Bucket {
		const bucket = this.#buckets.get(name);
		if (!bucket) throw new S3Error('NoSuchBucket', 'The specified bucket does not exist', { BucketName: name });
		return bucket;
	}

	hasBucket(name: string): boolean {
		return this.#buckets.has(name);
	}

	/** Makes a bucket that does not exist yet. @throws S3Error `InvalidBucketName` */
	createBucket(name: string): void {
		if (!/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name) || name.includes('..'))
			throw new S3Error('InvalidBucketName', 'The specified bucket is not valid.', { BucketName: name });
		this.#buckets.set(name, Bucket.create(join(this.#bucketsFolder, name), name));
	}

	/** Begins a file that becomes an object or a part when it is renamed. */
	draft(): DraftFile {
		return new DraftFile(this.#draftsFolder);
	}
}
