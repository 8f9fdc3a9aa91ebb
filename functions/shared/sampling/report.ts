import { z } from 'zod';
import { states } from './outcome.ts';
import { faultSchema, type Summary, summarySchema } from './summary.ts';

/** What has become of one video, with every fault. `framesFaulted` are those that are not in the destination. */
export const videoReportSchema = summarySchema
	.omit({ videos: true, faultCount: true })
	.extend({ id: z.int(), name: z.string(), framesFaulted: z.int().min(0) });
export type VideoReport = z.output<typeof videoReportSchema>;

/**
 * A piece of a report:
 * - a video; the faults and notes of these markers are its, too, where they are too many to stand in one document
 * - faults that belong to no video
 * - all pieces of another part
 */
const pieceSchema = z.union([
	z.strictObject({ video: videoReportSchema, markers: z.array(z.string()) }),
	z.strictObject({ faults: z.array(faultSchema) }),
	z.strictObject({ part: z.string() }),
]);
export type ReportPiece = z.output<typeof pieceSchema>;

/** The report below one node of the walk, as it is kept until the whole is written: never larger than memory bears. */
export const reportPartSchema = z.strictObject({ schema: z.literal(1), pieces: z.array(pieceSchema) });

/** The whole report of a sampling, as a program reads it. `faults` are those that belong to no video. */
export const reportSchema = z.strictObject({
	schema: z.literal(1),
	sampling: z.string(),
	attempt: z.int().min(1),
	state: z.enum(states),
	finishedAt: z.string(),
	videos: z.array(videoReportSchema),
	faults: z.array(faultSchema),
});
export type Report = z.output<typeof reportSchema>;

/** @param sum over all parts of the video; of its faults and notes it has what it carries */
export const videoReport = (video: { id: number; name: string }, sum: Summary): VideoReport => {
	const { framesPlanned, framesUploaded, framesAlreadyThere, labels, faults, notes } = sum;
	return {
		...{ ...video, framesPlanned, framesUploaded, framesAlreadyThere, labels },
		framesFaulted: Math.max(0, framesPlanned - framesUploaded - framesAlreadyThere),
		...{ faults, notes },
	};
};
