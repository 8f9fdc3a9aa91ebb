import { z } from 'zod';

/** A frame, figure or video that could not be done, with its reason. */
export const faultSchema = z.strictObject({
	reason: z.string(),
	message: z.string(),
	video: z.strictObject({ id: z.int(), name: z.string() }).optional(),
	frame: z.int().optional(),
});
export type Fault = z.output<typeof faultSchema>;

const count = z.int().min(0);

/**
 * What a part of a sampling has achieved: of a chunk (its marker), a video, a dataset or the whole.
 * Counts are of identities, so that a sum over the parts is exact however often each was delivered.
 */
export const summarySchema = z.strictObject({
	videos: count,
	framesPlanned: count,
	framesUploaded: count,
	framesAlreadyThere: count,
	labels: count,
	faultCount: count,
	/** The first of them; the markers of the chunks have them all. */
	faults: z.array(faultSchema),
	/** What a person should know although it is no fault. */
	notes: z.array(z.string()),
});
export type Summary = z.output<typeof summarySchema>;

/** Faults and notes that a summary carries upward, each; further faults are counted. */
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

export const addSummaries = (parts: Summary[]): Summary =>
	parts.reduce(
		(sum, part) => ({
			videos: sum.videos + part.videos,
			framesPlanned: sum.framesPlanned + part.framesPlanned,
			framesUploaded: sum.framesUploaded + part.framesUploaded,
			framesAlreadyThere: sum.framesAlreadyThere + part.framesAlreadyThere,
			labels: sum.labels + part.labels,
			faultCount: sum.faultCount + part.faultCount,
			faults: [...sum.faults, ...part.faults].slice(0, carried),
			notes: [...sum.notes, ...part.notes].slice(0, carried),
		}),
		emptySummary,
	);
