import { isDeepStrictEqual } from 'node:util';
import { SamplingFailure } from '../../errors.ts';
import { type ObjectClass, type ProjectMeta, samplingTags, type TagMeta } from './project-meta.ts';

/**
 * The destination's meta merged with the classes and tags of the source and the two tags of sampling: those of the source
 * first, then the destination's own. Undefined when the destination has all of them.
 * @throws SamplingFailure for a class or tag that both define differently, with both definitions, and for a tag with the
 * name of a sampling tag and another type
 */
export function mergeMeta(source: ProjectMeta, destination: ProjectMeta): ProjectMeta | undefined {
	refuseOtherTypes(source, 'source');
	refuseOtherTypes(destination, 'destination');
	const classes = onlyInSource(source.classes, destination.classes, {
		kind: 'class',
		nameOf: ({ title }) => title,
		same: sameClass,
		define: defineClass,
	});
	const tags = onlyInSource(source.tags, destination.tags, {
		kind: 'tag',
		nameOf: ({ name }) => name,
		same: sameTag,
		define: defineTag,
	});
	const merged = [...tags, ...destination.tags];
	const added = samplingTags.filter(({ name }) => !merged.some(tag => tag.name === name));
	if (classes.length + tags.length + added.length === 0) return undefined;
	return {
		...destination,
		// Ids of the source are not valid in the destination.
		classes: [...classes.map(({ id: _, ...own }) => own), ...destination.classes],
		tags: [...tags.map(({ id: _, ...own }) => own), ...destination.tags, ...added.map(tag => ({ ...tag }))],
	};
}

/** Compares classes by shape and template; `any` matches every shape. Colour, hotkey and ids are ignored. */
const sameClass = (a: ObjectClass, b: ObjectClass) =>
	a.shape === 'any' ||
	b.shape === 'any' ||
	(a.shape === b.shape && isDeepStrictEqual(a.geometry_config ?? {}, b.geometry_config ?? {}));

/** Compares tags by value type and values, in any order. */
const sameTag = (a: TagMeta, b: TagMeta) =>
	a.value_type === b.value_type && isDeepStrictEqual([...(a.values ?? [])].sort(), [...(b.values ?? [])].sort());

const defineClass = ({ title, shape, geometry_config: config }: ObjectClass) => {
	const template = config && Object.keys(config).length > 0 ? ` and template ${JSON.stringify(config)}` : '';
	return `class ${JSON.stringify(title)} with shape ${shape}${template}`;
};

const defineTag = ({ name, value_type: type, values }: TagMeta) =>
	`tag ${JSON.stringify(name)} of type ${type}${values?.length ? ` (${values.join(', ')})` : ''}`;

type Comparison<Item> = {
	kind: string;
	nameOf(item: Item): string;
	same(source: Item, destination: Item): boolean;
	define(item: Item): string;
};

const onlyInSource = <Item>(
	source: Item[],
	destination: Item[],
	{ kind, nameOf, same, define }: Comparison<Item>,
): Item[] => {
	const known = new Map(destination.map(item => [nameOf(item), item]));
	return source.filter(item => {
		const other = known.get(nameOf(item));
		if (other && !same(item, other)) {
			throw new SamplingFailure(
				`The source has ${define(item)}, the destination has ${define(other)}: rename or change the ${kind} in one of them, or sample into a new project`,
			);
		}
		return !other;
	});
};

const refuseOtherTypes = (meta: ProjectMeta, role: string): void => {
	for (const own of samplingTags) {
		const found = meta.tags.find(({ name }) => name === own.name);
		if (!found || found.value_type === own.value_type) continue;
		throw new SamplingFailure(
			`The ${role} has ${defineTag(found)}, and sampling writes ${defineTag({ ...own })}: rename the ${role}'s tag`,
		);
	}
};
