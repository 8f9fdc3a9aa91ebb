import { isDeepStrictEqual } from 'node:util';
import { SamplingFailure } from '../../errors.ts';
import { type ObjectClass, type ProjectMeta, samplingTags, type TagMeta } from './project-meta.ts';

/**
 * The destination's meta merged with the classes and tags of the source and the tags of sampling: those of the source
 * first, then the destination's own. A tag of sampling that is there gets the values that it lacks. Undefined when the
 * destination has all of them.
 * @param written the tags of sampling
 * @throws SamplingFailure for a class or tag that both define differently, with both definitions, and for a tag with the
 * name of a sampling tag and another type, or that images can't have
 */
export function mergeMeta(
	source: ProjectMeta,
	destination: ProjectMeta,
	written: readonly WrittenTag[] = samplingTags,
): ProjectMeta | undefined {
	refuseOtherTypes(source, 'source', written);
	refuseOtherTypes(destination, 'destination', written);
	const lists = new Map(written.flatMap(own => (own.values ? [[own.name, valuesOf(own, destination, source)]] : [])));
	const extended = (tags: TagMeta[]) =>
		tags.map(tag => (lists.has(tag.name) ? { ...tag, values: lists.get(tag.name) } : tag));
	const theirs = extended(destination.tags);
	const classes = onlyInSource(source.classes, destination.classes, {
		kind: 'class',
		nameOf: ({ title }) => title,
		same: sameClass,
		define: defineClass,
	});
	const tags = onlyInSource(extended(source.tags), theirs, {
		kind: 'tag',
		nameOf: ({ name }) => name,
		same: sameTag,
		define: defineTag,
	});
	const merged = [...tags, ...theirs];
	const added = written.filter(({ name }) => !merged.some(tag => tag.name === name));
	const isExtended = theirs.some((tag, n) => tag.values?.length !== destination.tags[n]?.values?.length);
	if (classes.length + tags.length + added.length === 0 && !isExtended) return undefined;
	return {
		...destination,
		// Ids of the source are not valid in the destination.
		classes: [...classes.map(({ id: _, ...own }) => own), ...destination.classes],
		tags: [...tags.map(({ id: _, ...own }) => own), ...theirs, ...added.map(tag => ({ ...tag }))],
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

/** A tag that sampling writes. */
type WrittenTag = TagMeta & { applicable_type: string };

/** The values of a tag: those of the destination, then what others have besides. */
const valuesOf = (own: WrittenTag, ...metas: ProjectMeta[]): string[] => [
	...new Set(
		[...metas.flatMap(({ tags }) => tags.filter(({ name }) => name === own.name)), own].flatMap(
			tag => tag.values ?? [],
		),
	),
];

const refuseOtherTypes = (meta: ProjectMeta, role: string, written: readonly WrittenTag[]): void => {
	for (const own of written) {
		const found = meta.tags.find(({ name }) => name === own.name);
		if (!found) continue;
		const isOfObjects = own.applicable_type === 'imagesOnly' && found.applicable_type === 'objectsOnly';
		if (found.value_type === own.value_type && !isOfObjects) continue;
		const [theirs, ours] = isOfObjects ? [' for objects only', ' on images'] : ['', ''];
		throw new SamplingFailure(
			`The ${role} has ${defineTag(found)}${theirs}, and sampling writes ${defineTag({ ...own })}${ours}: rename the ${role}'s tag`,
		);
	}
};
