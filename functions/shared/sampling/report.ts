import { z } from 'zod';
import { states } from './outcome.ts';
import { addSummaries, faultSchema, type Summary, summarySchema } from './summary.ts';

/** What has become of one video, with every fault. `framesFaulted` are those that are not in the destination. */
export const videoReportSchema = summarySchema
	.omit({ videos: true, faultCount: true })
	.extend({ id: z.int(), name: z.string(), framesFaulted: z.int().min(0) });
export type VideoReport = z.output<typeof videoReportSchema>;

/** The report below one node of the walk. `faults` are those that belong to no video. */
export const reportPartSchema = z.strictObject({
	schema: z.literal(1),
	videos: z.array(videoReportSchema),
	faults: z.array(faultSchema),
});
export type ReportPart = z.output<typeof reportPartSchema>;

/** The whole report of a sampling, as a program reads it. */
export const reportSchema = reportPartSchema.extend({
	sampling: z.string(),
	attempt: z.int().min(1),
	state: z.enum(states),
	finishedAt: z.string(),
});
export type Report = z.output<typeof reportSchema>;

export const videoReport = (video: { id: number; name: string }, parts: Summary[]): VideoReport => {
	const { framesPlanned, framesUploaded, framesAlreadyThere, labels } = addSummaries(parts);
	return {
		...{ ...video, framesPlanned, framesUploaded, framesAlreadyThere, labels },
		framesFaulted: Math.max(0, framesPlanned - framesUploaded - framesAlreadyThere),
		faults: parts.flatMap(({ faults }) => faults),
		notes: parts.flatMap(({ notes }) => notes),
	};
};
