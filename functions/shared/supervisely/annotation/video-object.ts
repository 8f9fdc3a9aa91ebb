import * as z from 'zod';

/** A tag of a video or of an object; `frameRange` is inclusive on both ends, absent: everywhere. */
export const videoTagSchema = z.looseObject({
	name: z.string(),
	/** Checked later against the tag's definition. */
	value: z.unknown().optional(),
	frameRange: z.tuple([z.int(), z.int()]).nullish(),
	isFinished: z.boolean().nullish(),
	labelerLogin: z.string().nullish(),
});
export type VideoTag = z.output<typeof videoTagSchema>;

/** Whether a tag applies to a frame. An unfinished tag applies only to its first frame. */
export function holdsAt({ frameRange, isFinished }: VideoTag, index: number): boolean {
	if (!frameRange) return true;
	const [first, last] = frameRange;
	return index >= first && index <= (isFinished === false ? first : last);
}

/** An object of a video, with its tags. */
export const objectSchema = z.looseObject({
	id: z.int(),
	classTitle: z.string(),
	tags: z.array(videoTagSchema).default([]),
	labelerLogin: z.string().nullish(),
});
export type VideoObject = z.output<typeof objectSchema>;
