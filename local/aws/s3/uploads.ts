import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { S3Error } from './errors.ts';
import { type DraftFile, type ObjectFacts, readFacts, writeAtomically } from './object-file.ts';

/** What a multipart upload was begun with. */
export type UploadRequest = {
	readonly bucket: string;
	readonly key: string;
	/** Headers the object will have. */
	readonly headers: Readonly<Record<string, string>>;
};

/** A multipart upload that is neither complete nor aborted. */
export type Upload = UploadRequest & {
	readonly id: string;
	/** By part number; the key of a part's facts is the object's. */
	readonly parts: Map<number, ObjectFacts>;
};

const manifest = 'upload.json';

/** The multipart uploads in progress: a folder for each, with a file for each part. */
export class Uploads {
	readonly #folder: string;
	readonly #uploads = new Map<string, Upload>();

	constructor(folder: string) {
		this.#folder = folder;
		mkdirSync(folder, { recursive: true });
		for (const id of readdirSync(folder)) this.#open(id);
	}

	begin(request: UploadRequest): Upload {
		const upload: Upload = { ...request, id: randomUUID().replaceAll('-', ''), parts: new Map() };
		mkdirSync(join(this.#folder, upload.id));
		writeAtomically(join(this.#folder, upload.id, manifest), JSON.stringify(request));
		this.#uploads.set(upload.id, upload);
		return upload;
	}

	/** @throws S3Error `NoSuchUpload`, also when the id belongs to another key. */
	get(bucket: string, key: string, id: string): Upload {
		const upload = this.#uploads.get(id);
		if (upload?.bucket !== bucket || upload.key !== key)
			throw new S3Error(
				'NoSuchUpload',
				'The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.',
				{ UploadId: id },
			);
		return upload;
	}

	/** Puts a sealed draft in the place of a part, over an earlier one of the same number. */
	addPart(upload: Upload, number: number, draft: DraftFile, facts: ObjectFacts): void {
		this.get(upload.bucket, upload.key, upload.id);
		renameSync(draft.path, this.partPath(upload, number));
		upload.parts.set(number, facts);
	}

	partPath(upload: Upload, number: number): string {
		return join(this.#folder, upload.id, String(number));
	}

	/** Removes an upload and its parts after it was aborted or completed. */
	end(upload: Upload): void {
		this.#uploads.delete(upload.id);
		rmSync(join(this.#folder, upload.id), { recursive: true, force: true });
	}

	#open(id: string): void {
		const folder = join(this.#folder, id);
		if (!existsSync(join(folder, manifest))) {
			rmSync(folder, { recursive: true });
			return;
		}
		const request = JSON.parse(readFileSync(join(folder, manifest), 'utf8')) as UploadRequest;
		const upload: Upload = { ...request, id, parts: new Map() };
		for (const file of readdirSync(folder)) {
			const facts = /^\d+$/.test(file) ? readFacts(join(folder, file)) : undefined;
			if (facts) upload.parts.set(Number(file), facts);
		}
		this.#uploads.set(id, upload);
	}
}
