import * as z from 'zod';
import { badRequest } from './api-error.ts';

const color = z.string().regex(/^#[0-9a-fA-F]{6}$/, 'must look like #RRGGBB');

const classSchema = z
	.object({
		title: z.string().min(1),
		shape: z.string().min(1),
		color,
		geometry_config: z.record(z.string(), z.unknown()).nullish(),
		hotkey: z.string().nullish(),
		description: z.string().nullish(),
	})
	.refine(each => each.shape !== 'graph' || each.geometry_config?.nodes !== undefined, {
		error: 'a graph class needs geometry_config.nodes',
	});

const tagSchema = z
	.object({
		name: z.string().min(1),
		value_type: z.enum(['none', 'any_number', 'any_string', 'oneof_string', 'date']),
		values: z.array(z.string()).nullish(),
		color: color.nullish(),
		hotkey: z.string().nullish(),
		applicable_type: z.enum(['all', 'imagesOnly', 'objectsOnly']).nullish(),
		classes: z.array(z.string()).nullish(),
		target_type: z.enum(['all', 'framesOnly', 'entitiesOnly']).nullish(),
	})
	.refine(each => (each.value_type === 'oneof_string') === Array.isArray(each.values), {
		error: 'values belong to oneof_string tags, and only to them',
	});

/** A project's meta as posted or in a file. Its ids are of another server and are ignored. */
export const projectMetaSchema = z.object({
	classes: z.array(classSchema),
	tags: z.array(tagSchema).default([]),
	projectType: z.string().nullish(),
});

export type ObjectClass = {
	id: number;
	title: string;
	shape: string;
	color: string;
	geometry_config: Record<string, unknown>;
	hotkey: string;
	description: string;
};

export type TagMeta = {
	id: number;
	name: string;
	value_type: 'none' | 'any_number' | 'any_string' | 'oneof_string' | 'date';
	values?: string[];
	color: string;
	hotkey: string;
	applicable_type: string;
	classes: string[];
	target_type: string;
};

/** A project's classes and tags, with this server's ids. */
export type ProjectMeta = { classes: ObjectClass[]; tags: TagMeta[] };

/**
 * The meta that replaces `current`: what was posted, but a class with the same title and a tag with the same name keep
 * their id.
 * @throws ApiError 400 when a title or name is listed twice, or a class would change its shape or a tag its type.
 */
export function replaceMeta(
	current: ProjectMeta,
	posted: z.infer<typeof projectMetaSchema>,
	newId: () => number,
): ProjectMeta {
	refuseTwice(
		'class',
		posted.classes.map(each => each.title),
	);
	refuseTwice(
		'tag',
		posted.tags.map(each => each.name),
	);
	const classes = posted.classes.map(each => {
		const known = current.classes.find(other => other.title === each.title);
		if (known && known.shape !== each.shape) {
			throw badRequest(
				`Class ${JSON.stringify(each.title)} has shape ${known.shape}, which cannot become ${each.shape}`,
			);
		}
		return {
			id: known?.id ?? newId(),
			title: each.title,
			shape: each.shape,
			color: each.color.toUpperCase(),
			geometry_config: each.geometry_config ?? {},
			hotkey: each.hotkey ?? '',
			description: each.description ?? '',
		};
	});
	const tags = posted.tags.map(each => {
		const known = current.tags.find(other => other.name === each.name);
		if (known && known.value_type !== each.value_type) {
			throw badRequest(
				`Tag ${JSON.stringify(each.name)} is of type ${known.value_type}, which cannot become ${each.value_type}`,
			);
		}
		return {
			id: known?.id ?? newId(),
			name: each.name,
			value_type: each.value_type,
			...(each.values ? { values: each.values } : {}),
			color: (each.color ?? known?.color ?? '#808080').toUpperCase(),
			hotkey: each.hotkey ?? '',
			applicable_type: each.applicable_type ?? 'all',
			classes: each.classes ?? [],
			target_type: each.target_type ?? 'all',
		};
	});
	return { classes, tags };
}

function refuseTwice(kind: string, names: string[]): void {
	const seen = new Set<string>();
	for (const name of names) {
		if (seen.has(name)) throw badRequest(`The ${kind} ${JSON.stringify(name)} is listed twice`);
		seen.add(name);
	}
}
