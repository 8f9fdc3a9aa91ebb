import { preview } from './explain.ts';
import type { TagMeta } from './project-meta.ts';
import { type TagValue, takesValue } from './tag-values.ts';
import type { VideoTag } from './video-annotation.ts';

/** A tag of an image or a label, as it is uploaded. */
export type ImageTag = { name: string; value?: TagValue; labelerLogin?: string };

/** Whether a tag holds on a frame. One that the labeler had not finished holds only where it begins. */
export const holdsAt = ({ frameRange, isFinished }: VideoTag, index: number): boolean => {
	if (!frameRange) return true;
	const [first, last] = frameRange;
	return index >= first && index <= (isFinished === false ? first : last);
};

/**
 * Those of a video's or an object's tags that hold on a frame, as tags of an image or a label.
 * @param refuse is told of each tag that can't be one: unknown to the destination, or with a value that it can't have
 */
export const tagsAt = (
	tags: VideoTag[],
	index: number,
	known: ReadonlyMap<string, TagMeta>,
	refuse: (message: string) => void,
): ImageTag[] =>
	tags.flatMap(tag => {
		if (!holdsAt(tag, index)) return [];
		const name = JSON.stringify(tag.name);
		const meta = known.get(tag.name);
		if (!meta) {
			refuse(`tag ${name}: the destination has no such tag`);
			return [];
		}
		const value = tag.value ?? null;
		if (!takesValue(meta, value)) {
			refuse(
				value === null
					? `tag ${name} of type ${meta.value_type} has no value: it was left unfinished`
					: `tag ${name} of type ${meta.value_type} can't have the value ${preview(value)}`,
			);
			return [];
		}
		return [imageTag(tag.name, value, tag.labelerLogin)];
	});

export const imageTag = (name: string, value: TagValue | null, labelerLogin: string | null | undefined): ImageTag => ({
	name,
	...(value === null ? {} : { value }),
	...(labelerLogin ? { labelerLogin } : {}),
});

/** Tags of one name together, names in the order of their first tags, as the SDK writes them. */
export const groupedByName = (tags: ImageTag[]): ImageTag[] => {
	const groups = new Map<string, ImageTag[]>();
	for (const tag of tags) groups.set(tag.name, [...(groups.get(tag.name) ?? []), tag]);
	return [...groups.values()].flat();
};
