import { z } from 'zod';
import { nodeIds } from './node.ts';

const schema = z.literal(1);
const id = z.int().min(1);
const sampling = z.string().regex(/^[A-Za-z0-9-]{1,64}$/);

const attempt = z.int().min(1);

/**
 * Which videos of a dataset are taken, and whether everything below it is. `some` stands for those that the scope
 * names: a list of ids could make a message too large.
 */
const share = {
	take: z.enum(['all', 'none', 'some']),
	nested: z.boolean(),
	/** Datasets that lie above, so that a walk without end is noticed. */
	depth: z.int().min(0),
};

/** Work of the plan queue: one step of the walk each. */
export const planMessageSchema = z.discriminatedUnion('kind', [
	z.strictObject({ schema, kind: z.literal('project'), sampling, attempt }),
	z.strictObject({
		schema,
		kind: z.literal('dataset'),
		sampling,
		attempt,
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
		attempt,
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
		attempt,
		node: z.string(),
		parent: z.string(),
		dataset: id,
		mirror: id,
		video: id,
	}),
]);
export type PlanMessage = z.output<typeof planMessageSchema>;
/** A step below the first. */
export type ChildMessage = Exclude<PlanMessage, { kind: 'project' }>;
export type DatasetMessage = Extract<PlanMessage, { kind: 'dataset' }>;
export type PageMessage = Extract<PlanMessage, { kind: 'page' }>;
export type VideoMessage = Extract<PlanMessage, { kind: 'video' }>;

/** Work of the decode queue: one chunk. */
export const decodeMessageSchema = z.strictObject({
	schema,
	sampling,
	attempt,
	node: z.string(),
	chunk: z.string(),
});
export type DecodeMessage = z.output<typeof decodeMessageSchema>;

/** Work of the report queue: something below this node, or the node itself, has changed. */
export const recountMessageSchema = z.strictObject({ schema, sampling, attempt, node: z.string() });
export type RecountMessage = z.output<typeof recountMessageSchema>;

/** What a message is about, within its attempt: a chunk, a node of the walk, or a report. */
export const identityOf = (message: PlanMessage | DecodeMessage | RecountMessage): string => {
	if ('chunk' in message) return message.chunk;
	if (!('kind' in message)) return `recount-${message.node}`;
	return message.kind === 'project' ? nodeIds.project : message.node;
};

/** Messages that make the children of a node, kept so that they can be sent again. */
export const childMessagesSchema = z.strictObject({ schema, messages: z.array(planMessageSchema) });
