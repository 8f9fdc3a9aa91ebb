import { createHash } from 'node:crypto';
import * as z from 'zod';
import { PermanentError } from '../../errors.ts';
import { explain } from '../explain.ts';
import { type FrameLabels, makeFrameLabels } from './frame-labels.ts';
import { makePackedTexts, type Place } from './packed-texts.ts';
import { splitFrames } from './split-frames.ts';
import { objectSchema, type VideoObject, type VideoTag, videoTagSchema } from './video-object.ts';

const id = z.int();

const figureSchema = z.looseObject({
	id: id.nullish(),
	objectId: id,
	geometryType: z.string(),
	geometry: z.unknown(),
	/** Not null if a tracker created the figure. */
	trackId: z.unknown().optional(),
});
export type VideoFigure = z.output<typeof figureSchema>;

export const frameSchema = z.looseObject({ index: z.int().min(0), figures: z.array(z.unknown()).default([]) });
type VideoFrame = z.output<typeof frameSchema>;

/**
 * A video annotation in pixel coordinates, as returned by `videos.annotations.bulk.info`. Unknown keys are kept. Figures
 * are parsed later one by one, so that a malformed one affects no other.
 */
export const videoAnnotationSchema = z.looseObject({
	size: z.looseObject({ width: z.int().min(1), height: z.int().min(1) }),
	tags: z.array(videoTagSchema),
	objects: z.array(objectSchema).superRefine((objects, context) => {
		const known = new Set<number>();
		for (const [at, object] of objects.entries()) {
			if (known.has(object.id)) {
				context.addIssue({ code: 'custom', path: [at, 'id'], message: 'another object has this id' });
			}
			known.add(object.id);
		}
	}),
	frames: z.array(frameSchema),
});
export type VideoAnnotation = z.output<typeof videoAnnotationSchema>;

const parse = <Schema extends z.ZodType>(schema: Schema, value: unknown, name: string): z.output<Schema> => {
	const result = schema.safeParse(value);
	if (result.success) return result.data;
	throw new PermanentError('unreadable', `The video's annotation is malformed: ${explain(result.error, value, name)}`);
};

/** @throws PermanentError `label` with path and value of the malformed field */
export function parseFigure(value: unknown): VideoFigure {
	const result = figureSchema.safeParse(value);
	if (result.success) return result.data;
	throw new PermanentError('label', explain(result.error, value, 'figure'));
}

/** A video annotation whose frames are stored compressed until they are needed. */
export type FramedAnnotation = {
	/** SHA-256 of the server's answer, which stays the same as long as the labels do. */
	hash: string;
	/** Which labels are on the wanted frames. */
	labels: FrameLabels;
	/** Figures after the last picture: their count, and the first of them, unparsed. */
	beyond: { count: number; first: { frame: number; figure: unknown }[] };
	/** Tags of the video, and all its objects. */
	tags: VideoTag[];
	objects: VideoObject[];
	/** The annotation of some frames: their figures, the objects of these, and all tags. */
	slice(indices: Iterable<number>): VideoAnnotation;
};

/** Largest number of figures after the last picture that are stored. */
const mostBeyond = 100;

/**
 * Reads a streamed answer of `videos.annotations.bulk.info` for one video. Stores the compressed JSON of wanted frames
 * only.
 * @param pictures number of pictures of the video, if known: frames from this index on don't exist
 * @throws PermanentError `unreadable` with path and value of the malformed field
 */
export async function readVideoAnnotation(
	answer: AsyncIterable<Uint8Array>,
	isWanted: (index: number) => boolean,
	pictures = Number.POSITIVE_INFINITY,
): Promise<FramedAnnotation> {
	// A frame may have several entries; all of them count.
	const frames = new Map<number, Place[]>();
	const texts = makePackedTexts();
	const onFrames = makeFrameLabels();
	const beyond: FramedAnnotation['beyond'] = { count: 0, first: [] };
	let position = 0;
	const hash = createHash('sha256');
	const hashed = async function* () {
		for await (const piece of answer) {
			hash.update(piece);
			yield piece;
		}
	};
	const rest = await splitFrames(hashed(), json => {
		const frame = parse(frameSchema, JSON.parse(json.toString('utf8')), `annotation.frames[${position++}]`);
		if (frame.index >= pictures) {
			beyond.count += frame.figures.length;
			const kept = frame.figures.slice(0, mostBeyond - beyond.first.length);
			beyond.first.push(...kept.map(figure => ({ frame: frame.index, figure })));
			return;
		}
		if (!isWanted(frame.index)) return;
		onFrames.add(frame.index, frame.figures);
		frames.set(frame.index, [...(frames.get(frame.index) ?? []), texts.add(json)]);
	});
	const [found] = parse(z.array(z.unknown()).min(1), JSON.parse(rest), 'answer');
	const annotation = parse(videoAnnotationSchema, found, 'annotation');
	const read = (place: Place): VideoFrame => frameSchema.parse(JSON.parse(texts.read(place)));
	return {
		hash: hash.digest('hex'),
		beyond,
		tags: annotation.tags,
		objects: annotation.objects,
		labels: onFrames.labels(annotation.tags, annotation.objects),
		slice: indices => {
			const part = [...indices].flatMap(index => (frames.get(index) ?? []).map(read));
			const objects = new Set(
				part.flatMap(({ figures }) => figures.map(figure => (figure as Partial<VideoFigure> | null)?.objectId)),
			);
			return { ...annotation, frames: part, objects: annotation.objects.filter(object => objects.has(object.id)) };
		},
	};
}

/** Name of a figure for messages: id, type and class. */
export function figureName({ id, geometryType }: VideoFigure, object: VideoObject | undefined): string {
	const ofClass = object ? `class ${JSON.stringify(object.classTitle)}` : 'without class';
	return `Figure ${id ?? 'without id'} (${geometryType}, ${ofClass})`;
}

/** The name of an unparsed figure. It is here for fan-out, which has no layer for the code that converts geometries. */
export function nameOfFigure(raw: unknown, objects: ReadonlyMap<number, VideoObject>): string {
	try {
		const figure = parseFigure(raw);
		return figureName(figure, objects.get(figure.objectId));
	} catch {
		return 'A malformed figure';
	}
}
