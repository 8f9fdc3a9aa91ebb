import { z } from 'zod';
import { states } from './outcome.ts';
import { faultSchema, type Summary } from './summary.ts';

const count = z.int().min(0);

/** What has become of one video, with every fault. `framesFaulted` are those that are not in the destination. */
export const videoReportSchema = z.strictObject({
	id: z.int(),
	name: z.string(),
	framesPlanned: count,
	framesUploaded: count,
	framesAlreadyThere: count,
	framesFaulted: count,
	labels: count,
	faults: z.array(faultSchema),
	notes: z.array(z.string()),
});
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
	const sum = (name: 'framesPlanned' | 'framesUploaded' | 'framesAlreadyThere' | 'labels') =>
		parts.reduce((total, part) => total + part[name], 0);
	const [framesPlanned, framesUploaded, framesAlreadyThere] = [
		sum('framesPlanned'),
		sum('framesUploaded'),
		sum('framesAlreadyThere'),
	];
	return {
		...{ ...video, framesPlanned, framesUploaded, framesAlreadyThere },
		framesFaulted: Math.max(0, framesPlanned - framesUploaded - framesAlreadyThere),
		labels: sum('labels'),
		faults: parts.flatMap(({ faults }) => faults),
		notes: parts.flatMap(({ notes }) => notes),
	};
};
