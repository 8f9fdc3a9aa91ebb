import { nameOfFigure } from './figure-labels.ts';
import type { FramedAnnotation, VideoObject, VideoTag } from './video-annotation.ts';

/** A label that is on no frame of its video; `frame` is the one it claims. */
export type MisplacedLabel = { message: string; frame?: number };

/** Labels that are named one by one; the rest is counted. */
const mostNamed = 100;

/**
 * Figures and tags of an annotation that can be on no frame: those behind the last picture, and tags whose range ends
 * before it begins. They depend on the annotation and the file alone, not on which frames are wanted.
 * @param pictures of the video
 * @returns how many there are, with the first of them, and notes on tags that reach beyond the last picture
 */
export const findMisplaced = (
	{ beyond, tags, objects }: Pick<FramedAnnotation, 'beyond' | 'tags' | 'objects'>,
	pictures: number,
): { count: number; named: MisplacedLabel[]; notes: string[] } => {
	const ends = `the video ends after ${pictures} frames`;
	const byId = new Map(objects.map(object => [object.id, object]));
	const named: MisplacedLabel[] = beyond.first.slice(0, mostNamed).map(({ frame, figure }) => ({
		message: `${nameOfFigure(figure, byId)} is on frame ${frame}, and ${ends}`,
		frame,
	}));
	let { count } = beyond;
	let reaching = 0;
	let firstReaching = '';
	for (const { tag, of } of allTags(tags, objects)) {
		if (!tag.frameRange) continue;
		const [first, last] = tag.frameRange;
		// One that the labeler had not finished holds where it begins.
		const end = tag.isFinished === false ? first : last;
		const name = `Tag ${JSON.stringify(tag.name)} of ${of}`;
		const range = `the frame range [${first}, ${last}]`;
		if (end < first || end < 0 || first >= pictures) {
			count++;
			const why = end < first ? 'it ends before it begins' : ends;
			if (named.length < mostNamed) named.push({ message: `${name} has ${range}, and ${why}` });
		} else if (end >= pictures && ++reaching === 1) firstReaching = `${name} has ${range}`;
	}
	const more = reaching > 1 ? ` (${reaching - 1} more tags reach beyond the end)` : '';
	return {
		count,
		named,
		notes: reaching === 0 ? [] : [`${firstReaching}, and ${ends}: it is applied up to the last frame${more}`],
	};
};

const allTags = function* (tags: VideoTag[], objects: VideoObject[]): Generator<{ tag: VideoTag; of: string }> {
	for (const tag of tags) yield { tag, of: 'the video' };
	for (const { id, classTitle, tags: own } of objects)
		for (const tag of own) yield { tag, of: `object ${id} (class ${JSON.stringify(classTitle)})` };
};
