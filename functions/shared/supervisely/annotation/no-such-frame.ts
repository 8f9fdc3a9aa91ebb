import { type FramedAnnotation, nameOfFigure } from './video-annotation.ts';
import type { VideoObject, VideoTag } from './video-object.ts';

/** A label outside the frames of its video; `frame`: its frame index. */
export type MisplacedLabel = { message: string; frame?: number };

/** Largest number of labels that are listed; the rest are only counted. */
const mostNamed = 100;

/**
 * Finds figures and tags that are on no frame: those after the last picture, and tags whose range ends before it begins.
 * The result depends only on annotation and file, not on the selection.
 * @param pictures number of pictures of the video
 * @returns their count, the first of them, and notes on tags that extend beyond the last picture
 */
export function findMisplaced(
	{ beyond, tags, objects }: Pick<FramedAnnotation, 'beyond' | 'tags' | 'objects'>,
	pictures: number,
): { count: number; named: MisplacedLabel[]; notes: string[] } {
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
		// An unfinished tag applies only to its first frame.
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
}

const allTags = function* (tags: VideoTag[], objects: VideoObject[]): Generator<{ tag: VideoTag; of: string }> {
	for (const tag of tags) yield { tag, of: 'the video' };
	for (const { id, classTitle, tags: own } of objects)
		for (const tag of own) yield { tag, of: `object ${id} (class ${JSON.stringify(classTitle)})` };
};
