import * as z from 'zod';
import { storedObject } from '../stored-object.ts';
import type { Attempt } from './keys.ts';
import { nodeIds } from './node.ts';

const schema = z.literal(1);
const id = z.int().min(1);
const sampling = z.string().regex(/^[A-Za-z0-9-]{1,64}$/);

const attempt = z.int().min(1);

/**
 * Which videos of a dataset are selected, and whether everything below it is. `some`: those in the scope, since a list
 * of ids could make the message too large.
 */
const share = {
	take: z.enum(['all', 'none', 'some']),
	nested: z.boolean(),
	/** Number of datasets above, to detect endless nesting. */
	depth: z.int().min(0),
};

/** Messages of the plan queue: plan a project, a dataset, a page of a listing or a video. */
export const planMessageSchema = z.discriminatedUnion('kind', [
	storedObject({ schema, kind: z.literal('project'), sampling, attempt }),
	storedObject({
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
	storedObject({
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
	storedObject({
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
/** A plan message below the project. */
export type ChildMessage = Exclude<PlanMessage, { kind: 'project' }>;
export type DatasetMessage = Extract<PlanMessage, { kind: 'dataset' }>;
export type PageMessage = Extract<PlanMessage, { kind: 'page' }>;
export type VideoMessage = Extract<PlanMessage, { kind: 'video' }>;

/** Fields that the functions below add to a message. */
type Made = 'schema' | 'kind' | 'sampling' | 'attempt' | 'node';

/** The first step of an attempt. */
export function projectMessage({ sampling, attempt }: Attempt): PlanMessage {
	return { schema: 1, kind: 'project', sampling, attempt };
}

/** The step of a dataset, with its node. */
export function datasetMessage({ sampling, attempt }: Attempt, fields: Omit<DatasetMessage, Made>): DatasetMessage {
	return { ...fields, schema: 1, kind: 'dataset', sampling, attempt, node: nodeIds.dataset(fields.dataset) };
}

/** The step of a page, with its node. */
export function pageMessage({ sampling, attempt }: Attempt, fields: Omit<PageMessage, Made>): PageMessage {
	const node = nodeIds.page(fields.parent, fields.of, fields.page);
	return { ...fields, schema: 1, kind: 'page', sampling, attempt, node };
}

/** The step of a video, with its node. */
export function videoMessage({ sampling, attempt }: Attempt, fields: Omit<VideoMessage, Made>): VideoMessage {
	return { ...fields, schema: 1, kind: 'video', sampling, attempt, node: nodeIds.video(fields.video) };
}

/** Message of the decode queue: process a chunk. */
export const decodeMessageSchema = storedObject({
	schema,
	sampling,
	attempt,
	node: z.string(),
	chunk: z.string(),
});
export type DecodeMessage = z.output<typeof decodeMessageSchema>;

/** The work on a chunk. @param node the node of its video */
export function decodeMessage({ sampling, attempt }: Attempt, node: string, chunk: string): DecodeMessage {
	return { schema: 1, sampling, attempt, node, chunk };
}

/** Message of the recount queue: this node, or something below it, has changed. */
export const recountMessageSchema = storedObject({ schema, sampling, attempt, node: z.string() }).refine(
	message => !('kind' in message || 'chunk' in message),
	'it has a kind or a chunk, so it is a message of another queue',
);
export type RecountMessage = z.output<typeof recountMessageSchema>;

/** Says that a node, or something below it, has changed. */
export function recountMessage({ sampling, attempt }: Attempt, node: string): RecountMessage {
	return { schema: 1, sampling, attempt, node };
}

export type AnyMessage = PlanMessage | DecodeMessage | RecountMessage;

/** What a message is about, within its attempt: a chunk, a node of the walk, or a recount of a node. */
export function identityOf(message: AnyMessage): string {
	if ('chunk' in message) return message.chunk;
	if (!('kind' in message)) return `recount-${message.node}`;
	return message.kind === 'project' ? nodeIds.project : message.node;
}

/** What the log lines about a message say: its sampling, attempt and, as far as it has them, step, node, video and chunk. */
export function logFieldsOf(message: AnyMessage): Record<string, unknown> {
	const { sampling, attempt } = message;
	const node = 'node' in message ? message.node : nodeIds.project;
	const [, video] = /^video-(\d+)$/.exec(node) ?? [];
	return {
		...{ sampling, attempt, node },
		...('kind' in message ? { step: message.kind } : {}),
		...(video === undefined ? {} : { video: Number(video) }),
		...('chunk' in message ? { chunk: message.chunk } : {}),
	};
}

/** Messages of the children of a node, stored to send them again. */
export const childMessagesSchema = storedObject({ schema, messages: z.array(planMessageSchema) });
