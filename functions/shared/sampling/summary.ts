import * as z from 'zod';
import { storedObject } from '../stored-object.ts';
import { addDropped, countDropped, droppedSchema } from './frame-quality.ts';

/** A frame, figure or video that failed, with the reason. */
export const faultSchema = storedObject({
	reason: z.string(),
	message: z.string(),
	video: storedObject({ id: z.int(), name: z.string() }).optional(),
	frame: z.int().optional(),
});
export type Fault = z.output<typeof faultSchema>;

const count = z.int().min(0);

/**
 * Result of a part of a sampling: a chunk (its marker), a video, a dataset or the whole. Each part is counted once by
 * its id, so sums are exact however often messages are delivered.
 */
export const summarySchema = storedObject({
	videos: count,
	framesPlanned: count,
	framesUploaded: count,
	framesAlreadyThere: count,
	/** Frames that the quality rules drop; absent without such rules. */
	dropped: droppedSchema.optional(),
	labels: count,
	faultCount: count,
	/** The first faults; the markers of the chunks have all of them. */
	faults: z.array(faultSchema),
	/** Remarks that are not faults. */
	notes: z.array(z.string()),
});
export type Summary = z.output<typeof summarySchema>;

/** Largest number of faults, and of notes, in a summary; further faults are only counted. */
export const carried = 100;

export const emptySummary: Summary = {
	videos: 0,
	framesPlanned: 0,
	framesUploaded: 0,
	framesAlreadyThere: 0,
	labels: 0,
	faultCount: 0,
	faults: [],
	notes: [],
};

/** Frames that need no more work: they have an image, or were dropped by `frameQuality`. */
export function framesDone({
	framesUploaded,
	framesAlreadyThere,
	dropped,
}: Pick<Summary, 'framesUploaded' | 'framesAlreadyThere' | 'dropped'>): number {
	return framesUploaded + framesAlreadyThere + (dropped ? countDropped(dropped) : 0);
}

export function addSummaries(parts: Summary[]): Summary {
	return parts.reduce(
		(sum, part) => ({
			videos: sum.videos + part.videos,
			framesPlanned: sum.framesPlanned + part.framesPlanned,
			framesUploaded: sum.framesUploaded + part.framesUploaded,
			framesAlreadyThere: sum.framesAlreadyThere + part.framesAlreadyThere,
			...droppedOf(sum, part),
			labels: sum.labels + part.labels,
			faultCount: sum.faultCount + part.faultCount,
			faults: [...sum.faults, ...part.faults].slice(0, carried),
			notes: [...sum.notes, ...part.notes].slice(0, carried),
		}),
		emptySummary,
	);
}

const droppedOf = ({ dropped: a }: Summary, { dropped: b }: Summary): Pick<Summary, 'dropped'> => {
	if (a && b) return { dropped: addDropped(a, b) };
	const only = a ?? b;
	return only ? { dropped: only } : {};
};
