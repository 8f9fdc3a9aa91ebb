import { z } from 'zod';
import { summarySchema } from './summary.ts';

/** A dataset of a destination, and what all the labels in it are made of. */
const labelFingerprintSchema = z.strictObject({ dataset: z.int(), fingerprint: z.string() });
export type LabelFingerprint = z.output<typeof labelFingerprintSchema>;

/**
 * A node of the walk: project, dataset, one page of a long listing, or video. Written before any child is
 * enqueued, so that whoever finishes a child can tell what is still to come.
 */
export const nodeSchema = z.strictObject({
	schema: z.literal(1),
	id: z.string(),
	parent: z.string().nullable(),
	/** Ids of nodes, or of chunks when this is a video. */
	children: z.array(z.string()),
	/** Of a video's node. */
	video: z.strictObject({ id: z.int(), name: z.string() }).optional(),
	/** What the labels of a video's images are made of. */
	labels: labelFingerprintSchema.optional(),
	/** What the node counts itself, apart from its children. */
	own: summarySchema,
});
export type Node = z.output<typeof nodeSchema>;

/** Ids of nodes, made of what they stand for. */
export const nodeIds = {
	project: 'project',
	dataset: (id: number) => `dataset-${id}`,
	/** Page 2 and later of what stands directly below a node. */
	page: (above: string, of: 'datasets' | 'videos', page: number) => `${above}-${of}-${page}`,
	video: (id: number) => `video-${id}`,
} as const;
