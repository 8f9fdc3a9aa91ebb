import * as z from 'zod';
import { SamplingFailure } from '../../errors.ts';
import { explain } from '../explain.ts';

const hexColour = z.string().regex(/^#[0-9a-fA-F]{6}$/, 'expected #RRGGBB');

const classSchema = z
	.looseObject({
		id: z.int().nullish(),
		title: z.string().min(1),
		shape: z.string().min(1),
		/** An invalid colour is replaced, as in the SDK, but always by the same one. */
		color: hexColour.catch('#808080'),
		geometry_config: z.record(z.string(), z.unknown()).nullish(),
	})
	.superRefine(({ shape, geometry_config: config }, context) => {
		if (shape !== 'graph' || z.object({ nodes: z.record(z.string(), z.unknown()) }).safeParse(config).success) return;
		context.addIssue({ code: 'custom', path: ['geometry_config'], message: 'a graph class needs nodes in it' });
	});

const tagSchema = z
	.looseObject({
		name: z.string().min(1),
		value_type: z.enum(['none', 'any_number', 'any_string', 'oneof_string', 'date']),
		values: z.array(z.string()).nullish(),
		color: hexColour.nullish(),
	})
	.superRefine(({ value_type: type, values }, context) => {
		if (type === 'oneof_string' ? values : !values?.length) return;
		const message = `tags of type oneof_string need values, and other tags have none: this one is of type ${type}`;
		context.addIssue({ code: 'custom', path: ['values'], message });
	});

const uniqueBy =
	<Key extends string>(key: Key) =>
	(items: Record<Key, string>[], context: z.RefinementCtx) => {
		const known = new Set<string>();
		for (const [at, item] of items.entries()) {
			if (known.has(item[key])) {
				context.addIssue({ code: 'custom', path: [at, key], message: `another entry has this ${key}` });
			}
			known.add(item[key]);
		}
	};

/** Classes and tags of a project. Unknown keys are kept. */
export const projectMetaSchema = z.looseObject({
	classes: z.array(classSchema).superRefine(uniqueBy('title')),
	tags: z.array(tagSchema).superRefine(uniqueBy('name')).default([]),
});
export type ProjectMeta = z.output<typeof projectMetaSchema>;
export type ObjectClass = ProjectMeta['classes'][number];
export type TagMeta = ProjectMeta['tags'][number];

/** @throws SamplingFailure with the project, path and value of a malformed meta */
export function parseProjectMeta(value: unknown, project: number): ProjectMeta {
	const result = projectMetaSchema.safeParse(value);
	if (result.success) return result.data;
	throw new SamplingFailure(`The meta of project ${project} is malformed: ${explain(result.error, value, 'meta')}`);
}

/** What the tags that sampling adds to labels have in common. */
const common = { hotkey: '', applicable_type: 'objectsOnly', classes: [], target_type: 'all' };

/** On every label: the id of its video object. */
export const objectIdTag = { name: 'object_id', value_type: 'any_number', color: '#8A5B0F', ...common } as const;

/** Tag for labels whose figure was created by a tracker. */
export const autoTrackedTag = { name: 'auto-tracked', value_type: 'none', color: '#5A0F8A', ...common } as const;

export const samplingTags = [objectIdTag, autoTrackedTag];
