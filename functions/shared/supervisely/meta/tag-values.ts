import type { TagMeta } from './project-meta.ts';

export type TagValue = string | number;

/** `2024-05-01`, with a time of day or without. */
const date = /^\d{4}-\d{2}-\d{2}([T ].*)?$/;

/** Whether this value is valid for a tag; null: no value. */
export function takesValue(tag: Pick<TagMeta, 'value_type' | 'values'>, value: unknown): value is TagValue | null {
	switch (tag.value_type) {
		case 'none':
			return value === null;
		case 'any_number':
			return typeof value === 'number';
		case 'any_string':
			return typeof value === 'string';
		case 'oneof_string':
			return typeof value === 'string' && (tag.values ?? []).includes(value);
		case 'date':
			return typeof value === 'string' && date.test(value) && !Number.isNaN(Date.parse(value));
	}
}
