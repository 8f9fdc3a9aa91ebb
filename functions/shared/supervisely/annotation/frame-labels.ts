import { holdsAt, type VideoObject, type VideoTag } from './video-object.ts';

/** Which labels are on the frames of a video, without their geometries. */
export type FrameLabels = {
	/** Whether a frame has at least one figure. */
	hasFigures(frame: number): boolean;
	/** Whether a tag of the video with a frame range holds on a frame. */
	isTagged(frame: number): boolean;
	/** The objects with figures on a frame. */
	objectsOn(frame: number): VideoObject[];
	/** The names of the tags that hold on a frame: those of the video, and those of the objects with figures there. */
	tagsOn(frame: number): Set<string>;
	/** Whether a person drew or corrected a figure of a frame. */
	isDrawn(frame: number): boolean;
};

type OnFrame = { objects: number[]; isDrawn: boolean };

/** Collects which labels are on the frames of a video while its annotation is read. */
export function makeFrameLabels() {
	const frames = new Map<number, OnFrame>();
	// Shared, since most frames have figures of the same objects as the frame before.
	const known = new Map<string, OnFrame>();
	const shared = (objects: number[], isDrawn: boolean): OnFrame => {
		const key = `${isDrawn ? '+' : '-'}${objects.join()}`;
		const found = known.get(key) ?? { objects, isDrawn };
		known.set(key, found);
		return found;
	};
	return {
		/** @param figures of the frame, unparsed; a frame may come several times */
		add: (frame: number, figures: unknown[]): void => {
			if (figures.length === 0) return;
			const before = frames.get(frame);
			const found = figures.flatMap(figure => objectOf(figure) ?? []);
			const objects = [...new Set([...(before?.objects ?? []), ...found])];
			frames.set(frame, shared(objects, Boolean(before?.isDrawn) || figures.some(isDrawn)));
		},
		/** What has been collected, with the tags and objects of the annotation. */
		labels: (tags: VideoTag[], objects: VideoObject[]): FrameLabels => {
			const byId = new Map(objects.map(object => [object.id, object]));
			const objectsOn = (frame: number) => (frames.get(frame)?.objects ?? []).flatMap(id => byId.get(id) ?? []);
			return {
				hasFigures: frame => frames.has(frame),
				isTagged: frame => tags.some(tag => tag.frameRange && holdsAt(tag, frame)),
				objectsOn,
				tagsOn: frame => {
					const all = [...tags, ...objectsOn(frame).flatMap(object => object.tags)];
					return new Set(all.filter(tag => holdsAt(tag, frame)).map(({ name }) => name));
				},
				isDrawn: frame => frames.get(frame)?.isDrawn ?? false,
			};
		},
	};
}

type RawFigure = { objectId?: unknown; trackId?: unknown; nnCreated?: unknown; nnUpdated?: unknown } | null;

const objectOf = (figure: unknown): number | undefined => {
	const { objectId } = (figure ?? {}) as NonNullable<RawFigure>;
	return typeof objectId === 'number' ? objectId : undefined;
};

/** Figures of a tracker have a `trackId`, those that a model made or changed have `nnCreated` or `nnUpdated`. */
const isDrawn = (figure: unknown): boolean => {
	const { trackId = null, nnCreated, nnUpdated } = (figure ?? {}) as NonNullable<RawFigure>;
	return trackId === null && nnCreated !== true && nnUpdated !== true;
};
