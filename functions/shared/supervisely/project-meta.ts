import { z } from 'zod';
import { SamplingFailure } from '../errors.ts';
import { autoTrackedTag, objectIdTag } from './frame-annotation.ts';

const classSchema = z.looseObject({
	title: z.string(),
	shape: z.string(),
	geometry_config: z.record(z.string(), z.unknown()).nullish(),
});
const tagSchema = z.looseObject({
	name: z.string(),
	value_type: z.string(),
	values: z.array(z.string()).nullish(),
});

/** Classes and tags of a project. Unknown keys are kept. */
export const projectMetaSchema = z.looseObject({
	classes: z.array(classSchema),
	tags: z.array(tagSchema).default([]),
});
export type ProjectMeta = z.output<typeof projectMetaSchema>;
type ObjectClass = z.output<typeof classSchema>;
type TagMeta = z.output<typeof tagSchema>;

/** @throws SamplingFailure that says which project's meta is malformed, and where */
export const parseProjectMeta = (value: unknown, project: number): ProjectMeta => {
	const result = projectMetaSchema.safeParse(value);
	if (result.success) return result.data;
	throw new SamplingFailure(`The meta of project ${project} is malformed: ${z.prettifyError(result.error)}`);
};

/** JSON of a value with its keys in order, for comparing. */
const canonical = (value: unknown): string =>
	JSON.stringify(value, (_, inner: unknown) =>
		typeof inner === 'object' && inner !== null && !Array.isArray(inner)
			? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
			: inner,
	);

/** Classes are equal by shape and template; `any` goes with every shape. Colour, hotkey and ids don't count. */
const sameClass = (a: ObjectClass, b: ObjectClass) =>
	a.shape === 'any' ||
	b.shape === 'any' ||
	(a.shape === b.shape && canonical(a.geometry_config ?? {}) === canonical(b.geometry_config ?? {}));

/** Tags are equal by kind of value and, whatever their order, by the values they offer. */
const sameTag = (a: TagMeta, b: TagMeta) =>
	a.value_type === b.value_type && canonical([...(a.values ?? [])].sort()) === canonical([...(b.values ?? [])].sort());

/**
 * The destination's meta with the source's classes and tags and the two tags of sampling: what only the source has
 * comes first, then the destination's own. Undefined when the destination has everything already.
 * @throws SamplingFailure for a class or tag that both have and define differently, with both definitions
 */
export const mergeMeta = (source: ProjectMeta, destination: ProjectMeta): ProjectMeta | undefined => {
	const classes = onlyInFirst(source.classes, destination.classes, 'title', sameClass, describeClass);
	const tags = onlyInFirst(source.tags, destination.tags, 'name', sameTag, describeTag);
	const merged = [...tags, ...destination.tags];
	const added = [objectIdTag, autoTrackedTag].filter(own => {
		const existing = merged.find(tag => tag.name === own.name);
		if (existing && existing.value_type !== own.value_type)
			throw conflict('tag', describeTag(own as never), describeTag(existing));
		return !existing;
	});
	if (classes.length + tags.length + added.length === 0) return undefined;
	return {
		...destination,
		classes: [...classes, ...destination.classes],
		tags: [...merged, ...added] as TagMeta[],
	};
};

const describeClass = (item: ObjectClass) => `class ${JSON.stringify(item.title)} with shape ${item.shape}`;
const describeTag = (item: TagMeta) =>
	`tag ${JSON.stringify(item.name)} of type ${item.value_type}${item.values?.length ? ` (${item.values.join(', ')})` : ''}`;

const conflict = (kind: string, source: string, destination: string) =>
	new SamplingFailure(
		`The source has ${source}, the destination has ${destination}: rename or change the ${kind} in one of them, or sample into a new project`,
	);

const onlyInFirst = <Item, Key extends keyof Item>(
	source: Item[],
	destination: Item[],
	key: Key,
	same: (a: Item, b: Item) => boolean,
	describeItem: (item: Item) => string,
): Item[] => {
	const known = new Map(destination.map(item => [item[key], item]));
	return source.filter(item => {
		const other = known.get(item[key]);
		if (other && !same(item, other)) {
			throw conflict(key === 'title' ? 'class' : 'tag', describeItem(item), describeItem(other));
		}
		return !other;
	});
};
