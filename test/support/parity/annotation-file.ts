import type { Size } from '#shared/size.ts';

/** A tag of a video or of an object; `frameRange` is inclusive on both ends. */
export type TagSpec = {
	name: string;
	value?: string | number;
	frameRange?: [number, number];
	isFinished?: boolean;
	labelerLogin?: string;
};

export type FigureSpec = { geometryType: string; geometry: object; trackId?: string };

/** An object and what it looks like on each frame; undefined: it isn't there. */
export type ObjectSpec = {
	classTitle: string;
	tags?: TagSpec[];
	labelerLogin?: string;
	figure(frame: number): FigureSpec | undefined;
};

export type VideoSpec = {
	size: Size;
	frames: number;
	tags: TagSpec[];
	objects: ObjectSpec[];
	/** Frames that have no entry at all, as the labeling tool leaves those that nobody touched. */
	untouched?: (frame: number) => boolean;
};

/** A UUID that says what it is for. */
const key = (kind: number, number: number): string => `${kind}`.repeat(8) + String(number).padStart(24, '0');

/** An annotation file of Supervisely's video-project format. */
export function annotationFile({ size, frames, tags, objects, untouched = () => false }: VideoSpec): object {
	return {
		size: { height: size.height, width: size.width },
		description: '',
		key: key(9, 1),
		framesCount: frames,
		tags: tags.map((tag, at) => ({ ...tag, key: key(3, at) })),
		objects: objects.map(({ classTitle, tags: own = [], labelerLogin }, at) => ({
			key: key(1, at),
			classTitle,
			tags: own.map((tag, number) => ({ ...tag, key: key(4, at * 100 + number) })),
			...(labelerLogin ? { labelerLogin } : {}),
		})),
		frames: Array.from({ length: frames }, (_, index) => index)
			.filter(index => !untouched(index))
			.map(index => ({
				index,
				figures: objects.flatMap((object, at) => {
					const figure = object.figure(index);
					return figure ? [{ ...figure, key: key(2, index * 1000 + at), objectKey: key(1, at) }] : [];
				}),
			})),
	};
}
