import * as z from 'zod';
import { badRequest } from './api-error.ts';
import type { ProjectMeta, TagMeta } from './project-meta.ts';
import type { TagRecord } from './records.ts';

/** A tag as it is posted on an image or a label. Its meta is found by name; its ids are of another server. */
export const tagSchema = z.object({
	name: z.string(),
	value: z.union([z.string(), z.number(), z.boolean()]).nullish(),
	labelerLogin: z.string().nullish(),
	createdAt: z.string().nullish(),
	updatedAt: z.string().nullish(),
});

/**
 * Checks posted tags against a project's meta and gives them ids.
 * @throws ApiError 400 for a tag that the project does not have or a value that its type does not take.
 */
export function readTags(posted: z.infer<typeof tagSchema>[], meta: ProjectMeta, newId: () => number): TagRecord[] {
	return posted.map(tag => {
		const found = meta.tags.find(each => each.name === tag.name);
		if (!found) throw badRequest(`The project has no tag ${JSON.stringify(tag.name)}`);
		if (!takesValue(found, tag.value ?? null)) {
			throw badRequest(
				`Tag ${JSON.stringify(tag.name)} is of type ${found.value_type} and cannot be ${JSON.stringify(tag.value)}`,
			);
		}
		return {
			id: newId(),
			name: tag.name,
			...(tag.value === null || tag.value === undefined ? {} : { value: tag.value }),
			...(tag.labelerLogin ? { labelerLogin: tag.labelerLogin } : {}),
			...(tag.createdAt ? { createdAt: tag.createdAt } : {}),
			...(tag.updatedAt ? { updatedAt: tag.updatedAt } : {}),
		};
	});
}

function takesValue(meta: TagMeta, value: string | number | boolean | null): boolean {
	switch (meta.value_type) {
		case 'none':
			return value === null;
		case 'any_number':
			return typeof value === 'number';
		case 'any_string':
			return typeof value === 'string';
		case 'oneof_string':
			return typeof value === 'string' && (meta.values ?? []).includes(value);
		case 'date':
			return typeof value === 'string' && /^\d{4}-\d{2}-\d{2}/.test(value) && !Number.isNaN(Date.parse(value));
	}
}
