import { z } from 'zod';

const schema = z.literal(1);
const id = z.int().min(1);
const sampling = z.string().regex(/^[A-Za-z0-9-]{1,64}$/);

/** Which videos of a dataset are taken, and whether everything below it is. */
const share = {
	take: z.union([z.literal('all'), z.literal('none'), z.array(id)]),
	nested: z.boolean(),
};

/** Work of the plan queue: one step of the walk each. */
export const planMessageSchema = z.discriminatedUnion('kind', [
	z.strictObject({ schema, kind: z.literal('project'), sampling }),
	z.strictObject({
		schema,
		kind: z.literal('dataset'),
		sampling,
		node: z.string(),
		parent: z.string(),
		dataset: id,
		/** Dataset of the destination under which this one is mirrored; null: top level. */
		under: id.nullable(),
		...share,
	}),
	z.strictObject({
		schema,
		kind: z.literal('page'),
		sampling,
		node: z.string(),
		parent: z.string(),
		of: z.enum(['datasets', 'videos']),
		/** Dataset whose children or videos are listed; null: the project's top level. */
		dataset: id.nullable(),
		/** Its mirror in the destination. */
		mirror: id.nullable(),
		page: z.int().min(2),
		perPage: z.int().min(1),
		...share,
	}),
	z.strictObject({
		schema,
		kind: z.literal('video'),
		sampling,
		node: z.string(),
		parent: z.string(),
		dataset: id,
		mirror: id,
		video: id,
	}),
]);
export type PlanMessage = z.output<typeof planMessageSchema>;
export type DatasetMessage = Extract<PlanMessage, { kind: 'dataset' }>;
export type PageMessage = Extract<PlanMessage, { kind: 'page' }>;
export type VideoMessage = Extract<PlanMessage, { kind: 'video' }>;

/** Work of the decode queue: one chunk. */
export const decodeMessageSchema = z.strictObject({ schema, sampling, node: z.string(), chunk: z.string() });
export type DecodeMessage = z.output<typeof decodeMessageSchema>;

/** Work of the report queue: something below this node, or the node itself, has changed. */
export const reportMessageSchema = z.strictObject({ schema, sampling, node: z.string() });
export type ReportMessage = z.output<typeof reportMessageSchema>;
