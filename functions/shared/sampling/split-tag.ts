import { samplingTags } from '../supervisely/meta/project-meta.ts';
import type { Settings } from './settings.ts';
import { type SplitName, splitNames } from './split-settings.ts';

/** The tag of an image that says which split it is in. */
export const splitTag = {
	name: 'split',
	value_type: 'oneof_string',
	values: [...splitNames] as string[],
	color: '#0F8A5B',
	hotkey: '',
	applicable_type: 'imagesOnly',
	classes: [],
	target_type: 'all',
} as const;

/** The tags that a sampling adds to its destination. */
export function tagsWrittenBy({ split }: Pick<Settings, 'split'>) {
	return split ? [...samplingTags, splitTag] : samplingTags;
}

/**
 * Tags of an image with that of its split, in place of another tag of that name.
 * @param split null: in none; undefined: there are no splits, and the tags stay as they are
 */
export function withSplit<Tag extends { name: string; value?: unknown }>(
	tags: Tag[],
	split: SplitName | null | undefined,
): (Tag | { name: string; value: SplitName })[] {
	if (split === undefined) return tags;
	const others = tags.filter(({ name }) => name !== splitTag.name);
	return split === null ? others : [...others, { name: splitTag.name, value: split }];
}
