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

/** Sizes of a frame's picture in the video, and of the image that is made of it. */
type Sizes = { from: Size; to: Size };

export type EncodedFrame = { frame: ChunkFrame; bytes: Buffer; sizes: Sizes };

/** Images whose labels go out in one call, as many as the SDK sends. */
const annotationsPerCall = 50;

/**
 * Brings the frames of one chunk into the destination. Names are a function of video and frame, so whatever a former
 * or a concurrent delivery has brought already is found by name and not brought again. An image whose meta name another
 * video is never taken for one of this video, whatever its name.
 */
export const makeUploader = (
	supervisely: SuperviselyApi,
	chunk: Chunk,
	faultAt: (reason: string, message: string, frame?: number) => void,
) => {
	const images = new Map(
		chunk.frames.flatMap(({ name, image }) => (image === undefined ? [] : [[name, image] as const])),
	);
	const planned = new Set(images.keys());
	const origin = originOf(chunk);
	/** Names that images of other videos have. */
	const taken = new Set<string>();
	/** Images that are to be made anew. */
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

	/** @param isThere whether the images may have these labels already; then only those that don't get them. */
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

	/** Tells once where the labels' picture isn't the decoded one. Their coordinates name pixels, so they stay. */
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
	 * Sizes for an image that is there already. One that isn't as large as wanted comes from a sampling with another
	 * size, so its labels are scaled to it; one that lies on its side shows that the labels' size was told unturned.
	 */
	const sizesOf = ({ name }: ChunkFrame, { size: original }: { size: Size }): Sizes => {
		const { resize } = chunk.settings;
		const from = { width: original.width, height: original.height };
		const to = sizes.get(name) ?? targetSize(resize, from);
		const isTurned = !resize && to.width === from.height && to.height === from.width;
		return { from: isTurned ? to : from, to };
	};

	/** Adds images; names that are taken meanwhile are those of another delivery of this chunk, or of another video. */
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
	 * Removes the images that frames replace, once their bytes are there: what stops before the new ones are added is done
	 * by the next delivery, or by any later sampling, which find the frames missing.
	 */
	const removeOld = async (frames: ChunkFrame[]): Promise<void> => {
		const ids = frames.flatMap(({ replaces }) => (replaces === undefined ? [] : [replaces]));
		if (ids.length === 0) return;
		try {
			await supervisely.removeImages(ids);
		} catch (error) {
			if (!(error instanceof PermanentError)) throw error;
			// One may have been removed before. An image that is still there refuses its name to the new one.
			log.warn('Old images could not be removed before being replaced', { dataset: chunk.dataset, error });
		}
	};

	const bring = async (frames: EncodedFrame[]): Promise<void> => {
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
		/** Indices of the frames that this uploader has finished, or knows to be refused. */
		done: done as ReadonlySet<number>,
		has: (frame: ChunkFrame) => images.has(frame.name),
		findExisting,
		/** Frames of this sampling that are in the destination: those that were there when it was planned don't count. */
		uploaded: () => chunk.frames.filter(({ name }) => images.has(name) && !planned.has(name) && !kept.has(name)).length,
		/** Frames whose image was to be made anew, and didn't need to be. */
		kept: () => kept.size,
		labels: () => labels,
		/** What a person should know of the labels although it is no fault. */
		notes: () => notes,
		annotateExisting: async (frames: ChunkFrame[]): Promise<void> => {
			const { labels: own } = chunk;
			if (!own) return;
			await annotate(
				frames.map(frame => ({ frame, sizes: sizesOf(frame, own.annotation) })),
				true,
			);
		},
		/** What the server refuses of it for good is a fault, and costs no other frame. */
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
			const bringSome = async (some: EncodedFrame[]) => {
				await bring(some);
				there.push(...some.filter(({ frame }) => images.has(frame.name)));
			};
			await bisectFailures(frames, bringSome, ({ frame }, error) =>
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
};

const isSameSize = (a: Size, b: Size): boolean => a.width === b.width && a.height === b.height;
