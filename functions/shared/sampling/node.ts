import * as z from 'zod';
import { storedObject } from '../stored-object.ts';
import { summarySchema } from './summary.ts';

/** A dataset of a destination, and a fingerprint of what all its labels are made of. */
const labelFingerprintSchema = storedObject({ dataset: z.int(), fingerprint: z.string() });
export type LabelFingerprint = z.output<typeof labelFingerprintSchema>;

/**
 * A node of the walk: project, dataset, page of a long listing, or video. Written before any child is enqueued, so that
 * a recount knows which children are unfinished.
 */
export const nodeSchema = storedObject({
	schema: z.literal(1),
	id: z.string(),
	parent: z.string().nullable(),
	/** Ids of nodes, or of chunks for a video. */
	children: z.array(z.string()),
	/** For a video. */
	video: storedObject({ id: z.int(), name: z.string() }).optional(),
	/** For a video: fingerprint of its labels. */
	labels: labelFingerprintSchema.optional(),
	/** For a video with quality rules: key under which the kept frames are stored if it is finished without faults. */
	keptFrames: z.string().optional(),
	/** Counts of the node itself, without its children. */
	own: summarySchema,
});
export type Node = z.output<typeof nodeSchema>;

/** Ids of nodes. */
export const nodeIds = {
	project: 'project',
	dataset: (id: number) => `dataset-${id}`,
	/** Page 2 or later of a listing below a node. */
	page: (above: string, of: 'datasets' | 'videos', page: number) => `${above}-${of}-${page}`,
	video: (id: number) => `video-${id}`,
} as const;
