import { createHash } from 'node:crypto';
import { messageOf, PermanentError } from '#shared/errors.ts';
import { log } from '#shared/log.ts';
import type { Chunk, ChunkFrame } from '#shared/sampling/chunk.ts';
import { originOf, ownerOf } from '#shared/sampling/provenance.ts';
import { type NewImage, nameConflicts, type SuperviselyApi } from '#shared/supervisely/api.ts';
import { annotateFrame } from '#shared/supervisely/frame-annotation.ts';
import type { Size } from '#shared/supervisely/geometry/plane.ts';
import { targetSize } from '#shared/video/picture/target-size.ts';
import { bisectFailures } from './bisect-failures.ts';
import { findChanged } from './find-changed.ts';
import { type ImageLabels, uploadLabels } from './upload-labels.ts';

/** Sizes of a frame's picture in the video and of its image. */
type Sizes = { from: Size; to: Size };

export type EncodedFrame = { frame: ChunkFrame; bytes: Buffer; sizes: Sizes };

/** Images per call that uploads labels, the same as in the SDK. */
const annotationsPerCall = 50;

/**
 * Uploads the frames of one chunk to the destination. Image names are derived from video and frame, so images of an
 * earlier or concurrent delivery are found by name and not uploaded again. An image whose meta name another video never
 * counts as one of this video.
 */
export function makeUploader(
	supervisely: SuperviselyApi,
	chunk: Chunk,
	faultAt: (reason: string, message: string, frame?: number) => void,
) {
	const images = new Map(
		chunk.frames.flatMap(({ name, image }) => (image === undefined ? [] : [[name, image] as const])),
	);
	const planned = new Set(images.keys());
	const origin = originOf(chunk);
	/** Names already used by images of other videos. */
	const taken = new Set<string>();
	/** Images to be replaced. */
	const old = new Set(chunk.frames.map(({ replaces }) => replaces));
	/** Frames whose old image turned out to have the wanted size. */
	const kept = new Set<string>();
	const done = new Set<number>();
	const notes: string[] = [];
	const sizes = new Map(
		chunk.frames.flatMap(({ name, size, image }) => (size && image !== undefined ? [[name, size] as const] : [])),
	);
	let labels = 0;
	let sizeNoted = false;

	/** @param isThere whether the images may already have these labels; only those that differ are then updated */
	const annotate = async (frames: { frame: ChunkFrame; sizes: Sizes }[], isThere: boolean): Promise<void> => {
		if (!chunk.labels) return;
		noteSize(frames[0]?.sizes.from);
		for (let at = 0; at < frames.length; at += annotationsPerCall) {
			const labeled: (ImageLabels & { frame: ChunkFrame })[] = [];
			for (const { frame, sizes } of frames.slice(at, at + annotationsPerCall)) {
				const imageId = images.get(frame.name) as number;
				const own = await annotateFrame(chunk.labels, frame.index, sizes);
				for (const { reason, message } of own.faults) faultAt(reason, message, frame.index);
				notes.push(...own.notes.map(note => `${chunk.video.name}, frame ${frame.index}: ${note}`));
				labels += own.annotation.objects.length + own.specialFigures.length;
				labeled.push({ ...own, imageId, frame });
			}
			const due = isThere ? await findChanged(supervisely, chunk.dataset, labeled) : labeled;
			await bisectFailures(
				due,
				some => uploadLabels(supervisely, chunk.dataset, some),
				({ frame, annotation, specialFigures }, error) => {
					labels -= annotation.objects.length + specialFigures.length;
					faultAt(error.reason, `its labels were refused: ${error.message}`, frame.index);
				},
			);
		}
	};

	/** Notes once that the labels are for another picture size than decoded. They are in pixels, so they are kept. */
	const noteSize = (picture: Size | undefined): void => {
		const labelled = chunk.labels?.annotation.size;
		if (!picture || !labelled || sizeNoted || isSameSize(picture, labelled)) return;
		sizeNoted = true;
		const [declared, decoded] = [labelled, picture].map(({ width, height }) => `${width} x ${height}`);
		notes.push(
			`${chunk.video.name}: its labels are for pictures of ${declared} pixels, its pictures have ${decoded}: label coordinates are kept`,
		);
	};

	/**
	 * Sizes for an existing image. One of another size comes from a sampling with another `resize`, so labels are scaled
	 * to it; swapped sides mean that the size of the labels is the one before rotation.
	 */
	const sizesOf = ({ name }: ChunkFrame, { size: original }: { size: Size }): Sizes => {
		const { resize } = chunk.settings;
		const from = { width: original.width, height: original.height };
		const to = sizes.get(name) ?? targetSize(resize, from);
		const isTurned = !resize && to.width === from.height && to.height === from.width;
		return { from: isTurned ? to : from, to };
	};

	/** Adds images; names taken in the meantime belong to another delivery of this chunk, or to another video. */
	const add = async (wanted: NewImage[]): Promise<void> => {
		if (wanted.length === 0) return;
		try {
			const added = await supervisely.addImages(chunk.dataset, wanted);
			for (const [at, { name }] of wanted.entries()) images.set(name, (added[at] as { id: number }).id);
		} catch (error) {
			if (!nameConflicts(error)) throw error;
			await findExisting();
			const left = wanted.filter(({ name }) => !images.has(name) && !taken.has(name));
			if (left.length === wanted.length) throw error;
			await add(left);
		}
	};

	const findExisting = async (): Promise<void> => {
		const names = new Set(chunk.frames.map(({ name }) => name));
		for await (const { name, id, width, height, meta } of supervisely.images(chunk.dataset)) {
			if (!names.has(name) || old.has(id)) continue;
			if (ownerOf(meta, origin) === 'other') {
				taken.add(name);
				continue;
			}
			images.set(name, id);
			if (width && height) sizes.set(name, { width, height });
		}
	};

	/**
	 * Removes the old images of frames after the new bytes are uploaded. After a crash before the new images are added,
	 * the next delivery or a later sampling finds the frames missing and adds them.
	 */
	const removeOld = async (frames: ChunkFrame[]): Promise<void> => {
		const ids = frames.flatMap(({ replaces }) => (replaces === undefined ? [] : [replaces]));
		if (ids.length === 0) return;
		try {
			await supervisely.removeImages(ids);
		} catch (error) {
			if (!(error instanceof PermanentError)) throw error;
			// One may already be removed. If an old image still exists, adding the new one fails by its name.
			log.warn('Old images could not be removed before being replaced', { dataset: chunk.dataset, error });
		}
	};

	const uploadAll = async (frames: EncodedFrame[]): Promise<void> => {
		const hashed = frames.map(frame => ({
			...frame,
			hash: createHash('sha256').update(frame.bytes).digest('base64'),
		}));
		const known = await supervisely.knownHashes([...new Set(hashed.map(({ hash }) => hash))]);
		const unknown = new Map(hashed.filter(({ hash }) => !known.has(hash)).map(frame => [frame.hash, frame]));
		if (unknown.size > 0) await supervisely.uploadImages([...unknown.values()]);
		await removeOld(frames.map(({ frame }) => frame));
		await add(
			hashed.map(({ frame, hash }) => ({
				name: frame.name,
				hash,
				meta: { ...chunk.provenance, frame_index: frame.index },
			})),
		);
	};

	return {
		/** Indices of the frames that are uploaded or refused. */
		done: done as ReadonlySet<number>,
		has: (frame: ChunkFrame) => images.has(frame.name),
		findExisting,
		/** Number of frames uploaded by this sampling, without images that existed when it was planned. */
		uploaded: () => chunk.frames.filter(({ name }) => images.has(name) && !planned.has(name) && !kept.has(name)).length,
		/** Number of frames whose image was to be replaced, but already had the wanted size. */
		kept: () => kept.size,
		labels: () => labels,
		/** Remarks on the labels that are no faults. */
		notes: () => notes,
		annotateExisting: async (frames: ChunkFrame[]): Promise<void> => {
			const { labels: own } = chunk;
			if (!own) return;
			await annotate(
				frames.map(frame => ({ frame, sizes: sizesOf(frame, own.annotation) })),
				true,
			);
		},
		/** Frames that the server refuses permanently become faults; the others are uploaded. */
		upload: async (decoded: EncodedFrame[]): Promise<void> => {
			const frames = decoded.filter(({ frame: { replaces, size, name }, sizes }) => {
				const isKept = replaces !== undefined && size !== undefined && isSameSize(size, sizes.to);
				if (isKept) {
					images.set(name, replaces);
					kept.add(name);
				}
				return !isKept;
			});
			await annotate(
				decoded.filter(({ frame }) => kept.has(frame.name)),
				true,
			);
			const there: EncodedFrame[] = [];
			const uploadSome = async (some: EncodedFrame[]) => {
				await uploadAll(some);
				there.push(...some.filter(({ frame }) => images.has(frame.name)));
			};
			await bisectFailures(frames, uploadSome, ({ frame }, error) =>
				faultAt(error.reason, messageOf(error), frame.index),
			);
			for (const { frame } of frames) {
				if (!taken.has(frame.name)) continue;
				faultAt('name-taken', `The dataset has an image ${frame.name} of another video`, frame.index);
			}
			await annotate(there, false);
			for (const { frame } of decoded) done.add(frame.index);
		},
	};
}

const isSameSize = (a: Size, b: Size): boolean => a.width === b.width && a.height === b.height;
