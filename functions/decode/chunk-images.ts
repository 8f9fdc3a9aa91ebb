import { createHash } from 'node:crypto';
import { PermanentError } from '#shared/errors.ts';
import { log } from '#shared/log.ts';
import type { Chunk, ChunkFrame } from '#shared/sampling/chunk.ts';
import { originOf, ownerOf } from '#shared/sampling/provenance.ts';
import type { Size } from '#shared/size.ts';
import { type NewImage, nameConflicts, type SuperviselyApi } from '#shared/supervisely/remote/api.ts';

import type { ChunkWork } from './chunk-work.ts';

/** The image of a frame: an encoded picture. */
export type FrameImage = { frame: ChunkFrame; bytes: Buffer };

/**
 * The images of a chunk's frames in the destination, by name. Names are derived from video and frame, so images of an
 * earlier or concurrent delivery are found and not uploaded again. An image whose meta names another video never counts
 * as one of this video.
 */
export type ChunkImages = ReturnType<typeof makeChunkImages>;

/** @param work records the time of uploading and the uploaded bytes */
export function makeChunkImages(supervisely: SuperviselyApi, chunk: Chunk, { bytes, during }: ChunkWork) {
	const planned = chunk.frames.flatMap(({ name, image, size }) => (image === undefined ? [] : [{ name, image, size }]));
	const ids = new Map(planned.map(({ name, image }) => [name, image]));
	const sizes = new Map(planned.flatMap(({ name, size }) => (size ? [[name, size] as const] : [])));
	/** Ids of the images to be replaced. */
	const old = new Set(chunk.frames.map(({ replaces }) => replaces));
	/** Names used by images of other videos. */
	const taken = new Set<string>();
	/** Names of images that this delivery does not count as uploaded. */
	const notUploaded = new Set(ids.keys());
	/** SHA-256 of uploaded files in base64, by name. */
	const hashes = new Map<string, string>();
	const origin = originOf(chunk);

	/** Looks for images of the frames in the dataset. */
	const findExisting = async (): Promise<void> => {
		const names = new Set(chunk.frames.map(({ name }) => name));
		for await (const { name, id, width, height, meta } of supervisely.images(chunk.dataset)) {
			if (!names.has(name) || old.has(id)) continue;
			if (ownerOf(meta, origin) === 'other') {
				taken.add(name);
				continue;
			}
			ids.set(name, id);
			if (width && height) sizes.set(name, { width, height });
		}
	};

	/** Adds images; names taken in the meantime belong to another delivery of this chunk, or to another video. */
	const add = async (wanted: NewImage[]): Promise<void> => {
		if (wanted.length === 0) return;
		try {
			const added = await supervisely.addImages(chunk.dataset, wanted);
			for (const [at, { name }] of wanted.entries()) ids.set(name, (added[at] as { id: number }).id);
		} catch (error) {
			if (!nameConflicts(error)) throw error;
			await findExisting();
			const left = wanted.filter(({ name }) => !ids.has(name) && !taken.has(name));
			if (left.length === wanted.length) throw error;
			await add(left);
		}
	};

	/**
	 * Removes the old images of frames after the new bytes are uploaded. After a crash before the new images are added,
	 * the next delivery or a later sampling finds the frames missing and adds them.
	 */
	const removeOld = async (frames: ChunkFrame[]): Promise<void> => {
		const outdated = frames.flatMap(({ replaces }) => (replaces === undefined ? [] : [replaces]));
		if (outdated.length === 0) return;
		try {
			await supervisely.removeImages(outdated);
		} catch (error) {
			if (!(error instanceof PermanentError)) throw error;
			// One may already be removed. If an old image still exists, adding the new one fails because its name is taken.
			log.warn('Old images could not be removed before being replaced', { dataset: chunk.dataset, error });
		}
	};

	/** Uploads the bytes that the server doesn't have. */
	const sendBytes = async (images: { hash: string; bytes: Buffer }[]): Promise<void> => {
		const known = await supervisely.knownHashes([...new Set(images.map(({ hash }) => hash))]);
		const unknown = new Map(images.filter(({ hash }) => !known.has(hash)).map(image => [image.hash, image]));
		if (unknown.size === 0) return;
		await supervisely.uploadImages([...unknown.values()]);
		for (const image of unknown.values()) bytes.uploaded += image.bytes.length;
	};

	return {
		findExisting,
		has: ({ name }: ChunkFrame) => ids.has(name),
		isTaken: ({ name }: ChunkFrame) => taken.has(name),
		/** The image of a frame that has one. */
		idOf: ({ name }: ChunkFrame) => ids.get(name) as number,
		/** The size of an existing image, if the server reports it. */
		sizeOf: ({ name }: ChunkFrame): Size | undefined => sizes.get(name),
		/** The SHA-256 of an uploaded file, in hexadecimal. */
		hashOf: ({ name }: ChunkFrame): string | null => {
			const hash = hashes.get(name);
			return hash === undefined ? null : Buffer.from(hash, 'base64').toString('hex');
		},
		/** Keeps the existing image of a frame that was to be replaced. */
		keep: ({ name }: ChunkFrame, image: number): void => {
			ids.set(name, image);
			notUploaded.add(name);
		},
		/** Number of frames uploaded by this sampling, without images that existed when it was planned. */
		uploaded: () => chunk.frames.filter(({ name }) => ids.has(name) && !notUploaded.has(name)).length,
		/**
		 * Uploads the bytes that the server doesn't have, then adds the images.
		 * @param turn resolves when the images may be added
		 */
		upload: async (images: FrameImage[], turn: Promise<void>): Promise<void> => {
			const hashed = images.map(image => ({
				...image,
				hash: createHash('sha256').update(image.bytes).digest('base64'),
			}));
			for (const { frame, hash } of hashed) hashes.set(frame.name, hash);
			await during('upload', () => sendBytes(hashed));
			await turn;
			await during('upload', async () => {
				await removeOld(images.map(({ frame }) => frame));
				await add(
					hashed.map(({ frame, hash }) => ({
						name: frame.name,
						hash,
						meta: { ...chunk.provenance, frame_index: frame.index },
					})),
				);
			});
		},
	};
}
