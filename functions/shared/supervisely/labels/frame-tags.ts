import { holdsAt, type VideoTag } from '../annotation/video-object.ts';
import { preview } from '../explain.ts';
import type { TagMeta } from '../meta/project-meta.ts';
import { type TagValue, takesValue } from '../meta/tag-values.ts';

/** An uploaded tag of an image or a label. */
export type ImageTag = { name: string; value?: TagValue; labelerLogin?: string };

/**
 * The tags of a video or an object that apply to a frame, as tags of an image or a label.
 * @param refuse called for each tag that is unknown to the destination or has an invalid value
 */
export function tagsAt(
	tags: VideoTag[],
	index: number,
	known: ReadonlyMap<string, TagMeta>,
	refuse: (message: string) => void,
): ImageTag[] {
	return tags.flatMap(tag => {
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
}

export function imageTag(name: string, value: TagValue | null, labelerLogin: string | null | undefined): ImageTag {
	return {
		name,
		...(value === null ? {} : { value }),
		...(labelerLogin ? { labelerLogin } : {}),
	};
}

/** Tags grouped by name, in the order of the first tag of each name, as in the SDK. */
export function groupedByName(tags: ImageTag[]): ImageTag[] {
	const groups = new Map<string, ImageTag[]>();
	for (const tag of tags) groups.set(tag.name, [...(groups.get(tag.name) ?? []), tag]);
	return [...groups.values()].flat();
}
