import { createHash } from 'node:crypto';
import type { Chunk, ChunkFrame } from '#shared/sampling/chunk.ts';
import { type NewImage, nameConflicts, type SuperviselyApi } from '#shared/supervisely/api.ts';
import { annotateFrame } from '#shared/supervisely/frame-annotation.ts';
import type { Size } from '#shared/supervisely/geometry/plane.ts';
import { targetSize } from '#shared/video/picture/target-size.ts';
import { uploadLabels } from './upload-labels.ts';

export type EncodedFrame = { frame: ChunkFrame; bytes: Buffer; size: Size };

/** Images whose labels go out in one call, as many as the SDK sends. */
const annotationsPerCall = 50;

/**
 * Brings the frames of one chunk into the destination. Names are a function of video and frame, so whatever a former
 * or a concurrent delivery has brought already is found by name and not brought again.
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
	const done = new Set<number>();
	const notes: string[] = [];
	let labels = 0;

	const annotate = async (frames: { frame: ChunkFrame; size: Size }[]): Promise<void> => {
		if (!chunk.labels) return;
		for (let at = 0; at < frames.length; at += annotationsPerCall) {
			const annotations = [];
			const specialFigures = [];
			for (const { frame, size } of frames.slice(at, at + annotationsPerCall)) {
				const imageId = images.get(frame.name) as number;
				const labeled = await annotateFrame(chunk.labels, frame.index, size);
				for (const { reason, message } of labeled.faults) faultAt(reason, message, frame.index);
				notes.push(...labeled.notes.map(note => `${chunk.video.name}, frame ${frame.index}: ${note}`));
				annotations.push({ imageId, annotation: labeled.annotation });
				specialFigures.push(...labeled.specialFigures.map(figure => ({ imageId, ...figure })));
				labels += labeled.annotation.objects.length + labeled.specialFigures.length;
			}
			await uploadLabels(supervisely, chunk.dataset, annotations, specialFigures);
		}
	};

	/** Adds images; names that are taken meanwhile are those of another delivery of this chunk. */
	const add = async (wanted: NewImage[]): Promise<void> => {
		if (wanted.length === 0) return;
		try {
			const added = await supervisely.addImages(chunk.dataset, wanted);
			for (const [at, { name }] of wanted.entries()) images.set(name, (added[at] as { id: number }).id);
		} catch (error) {
			const conflicts = nameConflicts(error);
			if (!conflicts || conflicts.length === 0) throw error;
			for (const { name, id } of conflicts) if (id !== undefined) images.set(name, id);
			if (conflicts.some(({ id }) => id === undefined)) await findExisting();
			const left = wanted.filter(({ name }) => !images.has(name));
			if (left.length === wanted.length) throw error;
			await add(left);
		}
	};

	const findExisting = async (): Promise<void> => {
		const names = new Set(chunk.frames.map(({ name }) => name));
		for await (const { name, id } of supervisely.images(chunk.dataset)) if (names.has(name)) images.set(name, id);
	};

	return {
		/** Indices of the frames that this uploader has finished. */
		done: done as ReadonlySet<number>,
		has: (frame: ChunkFrame) => images.has(frame.name),
		findExisting,
		/** Frames of this sampling that are in the destination: those that were there when it was planned don't count. */
		uploaded: () => chunk.frames.filter(({ name }) => images.has(name) && !planned.has(name)).length,
		labels: () => labels,
		/** What a person should know of the labels although it is no fault. */
		notes: () => notes,
		annotateExisting: async (frames: ChunkFrame[]): Promise<void> => {
			if (!chunk.labels || frames.length === 0) return;
			const size = targetSize(chunk.settings.resize, chunk.labels.annotation.size);
			await annotate(frames.map(frame => ({ frame, size })));
		},
		upload: async (frames: EncodedFrame[]): Promise<void> => {
			const hashed = frames.map(frame => ({
				...frame,
				hash: createHash('sha256').update(frame.bytes).digest('base64'),
			}));
			const known = await supervisely.knownHashes([...new Set(hashed.map(({ hash }) => hash))]);
			const unknown = new Map(hashed.filter(({ hash }) => !known.has(hash)).map(frame => [frame.hash, frame]));
			if (unknown.size > 0) await supervisely.uploadImages([...unknown.values()]);
			await add(
				hashed.map(({ frame, hash }) => ({
					name: frame.name,
					hash,
					meta: { ...chunk.provenance, frame_index: frame.index },
				})),
			);
			await annotate(frames);
			for (const { frame } of frames) done.add(frame.index);
		},
	};
};
